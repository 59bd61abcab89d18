import type {
  CapabilityClass,
  Front,
  HostChoice,
  IsoDate,
  Precision,
  Purchase,
  ReplicaPolicy,
  Seconds,
  Task,
  Usd,
} from '@breakeven/core'
import type { TypedCommandFlagParameters } from '@stricli/core'
import type { CliContext } from '../context.ts'
import { parseDate } from '../flags/date.ts'
import { latencyFlags } from '../flags/latency.ts'
import { parseAmount, parseCount, parseFactor, parsePositive, parseUsd } from '../flags/number.ts'
import { parseHost } from '../flags/pair.ts'
import type { ReadingFlags } from '../flags/reading.ts'
import { readingFlags } from '../flags/reading.ts'
import type { Discount } from '../flags/share.ts'
import { parseDiscount, parseShare } from '../flags/share.ts'

type OutputFormat = 'table' | 'json' | 'csv' | 'markdown'

/** What `breakeven compare` was asked, parsed and checked one by one; what does not go together is for `runCompare` to say. */
export type CompareFlags = ReadingFlags & {
  readonly requestsPerDay?: number
  readonly inputTokens?: number
  readonly outputTokens?: number
  readonly words?: number
  readonly cachedShare?: number
  readonly peakFactor?: number
  readonly preset?: 'article-2023'
  readonly api?: readonly string[]
  readonly host?: readonly HostChoice[]
  readonly on?: IsoDate
  readonly region: string
  readonly ttft?: Seconds
  readonly tpot?: Seconds
  readonly purchase: Purchase
  readonly replicas: ReplicaPolicy
  readonly front?: Front
  readonly precision?: Precision
  readonly overflow?: string
  readonly discount?: readonly Discount[]
  readonly class?: CapabilityClass
  readonly task?: Task
  readonly outputRatio: number
  readonly bill?: Usd
  readonly where?: string
  readonly by?: 'model' | 'project'
  readonly gaps: 'zero' | 'unwatched'
  readonly catalog?: string
  /** Per month. */
  readonly peopleHours: number
  readonly peopleRate: Usd
  readonly fineTuneHours: number
  readonly fineTuneMonths: number
  readonly top: number
  readonly explain?: string
  readonly chart?: string
  readonly format?: OutputFormat
  readonly json: boolean
  /** Absent: simulated where files show how the traffic came, else in closed form. */
  readonly estimate?: 'closed-form' | 'simulated'
  readonly quiet: boolean
}

const text = (input: string): string => input

export const compareFlags: TypedCommandFlagParameters<CompareFlags, CliContext>['flags'] = {
  requestsPerDay: {
    kind: 'parsed',
    parse: parsePositive,
    optional: true,
    placeholder: 'N',
    brief: 'Traffic as a number: 1000, 1.5M; with files, their mix at this volume',
  },
  inputTokens: {
    kind: 'parsed',
    parse: parseAmount,
    optional: true,
    placeholder: 'N',
    brief: 'Prompt tokens of a request',
  },
  outputTokens: {
    kind: 'parsed',
    parse: parseAmount,
    optional: true,
    placeholder: 'N',
    brief: 'Completion tokens of a request',
  },
  words: {
    kind: 'parsed',
    parse: parsePositive,
    optional: true,
    placeholder: 'N',
    brief: 'In place of tokens: words of prompt and completion together, 4/3 tokens each',
  },
  cachedShare: {
    kind: 'parsed',
    parse: parseShare,
    optional: true,
    placeholder: 'SHARE',
    brief: 'Share of the prompt that is read from a cache: 40% or 0.4',
  },
  peakFactor: {
    kind: 'parsed',
    parse: parseFactor,
    optional: true,
    placeholder: 'N',
    brief: 'Peak rate over mean rate; else from the files, or 3 where they do not show it',
  },
  preset: {
    kind: 'enum',
    values: ['article-2023'],
    optional: true,
    brief: 'A worked example: ChatGPT or Flan-UL2 on AWS, as asked in April 2023',
  },
  api: {
    kind: 'parsed',
    parse: text,
    variadic: true,
    optional: true,
    placeholder: 'PROVIDER/MODEL',
    brief: 'Only these API models; repeatable',
  },
  host: {
    kind: 'parsed',
    parse: parseHost,
    variadic: true,
    optional: true,
    placeholder: 'MODEL@INSTANCE',
    brief: 'Only these deployments; either half may be left out; repeatable',
  },
  on: {
    kind: 'parsed',
    parse: parseDate,
    optional: true,
    placeholder: 'YYYY-MM-DD',
    brief: 'Prices in force on this day; today by default',
  },
  region: { kind: 'parsed', parse: text, default: 'us-east-1', placeholder: 'REGION', brief: 'AWS region' },
  ...latencyFlags,
  purchase: {
    kind: 'enum',
    values: ['on-demand', 'one-year', 'spot'],
    default: 'on-demand',
    brief: 'How machines are bought',
  },
  replicas: {
    kind: 'enum',
    values: ['fixed', 'hourly'],
    default: 'fixed',
    brief: 'As many replicas as the peak needs all the time, or as each hour needs',
  },
  front: {
    kind: 'enum',
    values: ['rest', 'http', 'none'],
    optional: true,
    brief:
      'API Gateway and Lambda in front of a deployment (none: neither); by default rest to stream text, http for encoders',
  },
  precision: {
    kind: 'enum',
    values: ['fp32', 'bf16', 'fp8', 'fp4', 'int8', 'int4'],
    optional: true,
    brief: 'Only deployments with weights in this precision',
  },
  overflow: {
    kind: 'parsed',
    parse: text,
    optional: true,
    placeholder: 'PROVIDER/MODEL',
    brief: 'Where a hybrid sends what its own replicas cannot take',
  },
  discount: {
    kind: 'parsed',
    parse: parseDiscount,
    variadic: true,
    optional: true,
    placeholder: 'PROVIDER=SHARE',
    brief: 'Off the list price, as in openai=12%; repeatable',
  },
  class: {
    kind: 'enum',
    values: ['frontier', 'large', 'medium', 'small', 'encoder'],
    optional: true,
    brief: 'The least capable class that will do',
  },
  task: {
    kind: 'enum',
    values: ['generate', 'embed', 'classify'],
    optional: true,
    brief: 'What the traffic given as numbers does',
  },
  outputRatio: {
    kind: 'parsed',
    parse: parsePositive,
    default: '1',
    placeholder: 'N',
    brief: 'How much longer other models answer',
  },
  bill: {
    kind: 'parsed',
    parse: parseUsd,
    optional: true,
    placeholder: 'USD',
    brief: 'What was really paid for this traffic, to compare with',
  },
  where: {
    kind: 'parsed',
    parse: text,
    optional: true,
    placeholder: 'FIELD=VALUE,…',
    brief: 'Only a part of the traffic: model=gpt-4o,project=search|chat',
  },
  by: { kind: 'enum', values: ['model', 'project'], optional: true, brief: 'One answer for each' },
  gaps: {
    kind: 'enum',
    values: ['zero', 'unwatched'],
    default: 'zero',
    brief: 'Time without rows: no traffic, or nobody looking',
  },
  ...readingFlags,
  catalog: {
    kind: 'parsed',
    parse: text,
    optional: true,
    placeholder: 'FILE.yaml',
    brief: 'Your own prices, discounts and machines, over the shipped ones',
  },
  peopleHours: {
    kind: 'parsed',
    parse: parseAmount,
    default: '0',
    placeholder: 'N',
    brief: 'Engineering hours a month that running a fleet takes',
  },
  peopleRate: { kind: 'parsed', parse: parseUsd, default: '100', placeholder: 'USD', brief: 'What such an hour costs' },
  fineTuneHours: {
    kind: 'parsed',
    parse: parseAmount,
    default: '0',
    placeholder: 'N',
    brief: 'Machine hours of fine-tuning',
  },
  fineTuneMonths: {
    kind: 'parsed',
    parse: parsePositive,
    default: '12',
    placeholder: 'N',
    brief: 'Months over which fine-tuning is spread',
  },
  top: {
    kind: 'parsed',
    parse: parseCount,
    default: '10',
    placeholder: 'N',
    brief: 'How many options the table shows',
  },
  explain: {
    kind: 'parsed',
    parse: text,
    optional: true,
    placeholder: 'OPTION',
    brief: 'The receipt of one option, line by line',
  },
  chart: {
    kind: 'parsed',
    parse: text,
    optional: true,
    placeholder: 'FILE',
    brief: 'Draw cost against volume into FILE.svg, .png or .html',
  },
  format: {
    kind: 'enum',
    values: ['table', 'json', 'csv', 'markdown'],
    optional: true,
    brief: 'How the result is written; a table by default',
  },
  json: { kind: 'boolean', default: false, withNegated: false, brief: '--format json, for short' },
  estimate: {
    kind: 'enum',
    values: ['closed-form', 'simulated'],
    optional: true,
    brief: 'Capacity by formula, or the best fleets played on the traffic too; by default played where files show it',
  },
  quiet: { kind: 'boolean', default: false, withNegated: false, brief: 'No progress and no notes on stderr' },
}
