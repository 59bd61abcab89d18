import type { CapabilityClass, Conditions, IsoDate, Purchase, ReplicaPolicy } from '@breakeven/core'
import { DEFAULT_CONDITIONS } from '@breakeven/core'

export type NumbersTraffic = {
  readonly kind: 'numbers'
  readonly requestsPerDay: number
  readonly inputTokens: number
  readonly outputTokens: number
  /** 0 to 1. */
  readonly cachedShare: number
  /** Absent: assumed. */
  readonly peakFactor?: number
}
/** One part of the traffic, where the answer is split: by model or by project. */
export type Part = { readonly value: string; readonly packed: string }
/** What was read from files, summarised: never rows. */
export type FileTraffic = {
  readonly kind: 'file'
  readonly names: readonly string[]
  /** The workload as `summaryOf` packed it: what the link carries and the workers unpack. */
  readonly packed: string
  /** Absent: the files' own volume. */
  readonly requestsPerDay?: number
  /** Only while the files are at hand: a link does not carry them. */
  readonly parts?: readonly Part[]
}
type Traffic = NumbersTraffic | FileTraffic

/** How files are read, in the command line's own words; empty where nothing was said. */
export type FileChoice = {
  readonly where: string
  readonly by: '' | 'model' | 'project'
  readonly map: string
  readonly dateOrder: '' | 'day-first' | 'month-first'
}
export const NO_CHOICE: FileChoice = { where: '', by: '', map: '', dateOrder: '' }

/** The reader's own catalogue file over the shipped one, packed. */
type OwnPrices = { readonly name: string; readonly packed: string }

/** All that the page shows follows from this value, and all of it is in the link. */
export type Settings = {
  readonly traffic: Traffic
  /** The published comparison shown in place of our own; only the volume is then free. */
  readonly preset?: string
  /** Empty: every one competes, as on the command line. */
  readonly api: readonly string[]
  readonly models: readonly string[]
  readonly machines: readonly string[]
  readonly on: IsoDate
  readonly region: string
  readonly ttftSeconds: number
  readonly tpotSeconds: number
  readonly purchase: Purchase
  readonly replicas: ReplicaPolicy
  /** Absent: that of the traffic's own models, else medium. */
  readonly class?: CapabilityClass
  readonly people: Conditions['people']
  readonly fineTuning: Conditions['fineTuning']
  readonly files: FileChoice
  /** `openai=12%, aws=5%`: off list prices. */
  readonly discounts: string
  readonly prices?: OwnPrices
  /** How deep to look in the end: the closed form is always shown first. */
  readonly estimate: 'closed-form' | 'simulated'
  /** Lines of the chart that the legend switched off. */
  readonly hidden: readonly string[]
}

export const DEFAULT_NUMBERS: NumbersTraffic = {
  kind: 'numbers',
  requestsPerDay: 50_000,
  inputTokens: 1500,
  outputTokens: 400,
  cachedShare: 0,
}

/** The command line's default for what an hour of an engineer costs. */
const DEFAULT_USD_PER_PERSON_HOUR = 100

/** A first question that has an answer: well-known models to rent, open models to run, machines from one small GPU to eight large ones. */
export const defaultSettings = (on: IsoDate): Settings => ({
  traffic: DEFAULT_NUMBERS,
  api: [
    'openai/gpt-5-mini',
    'openai/gpt-5.4',
    'anthropic/claude-haiku-5-5',
    'anthropic/claude-sonnet-5-5',
    'google-gemini-api/gemini-2.5-flash',
    'mistral/mistral-large-3',
  ],
  models: ['gpt-oss-20b', 'gpt-oss-120b', 'llama-3.3-70b', 'qwen3-32b'],
  machines: ['ml.g5.2xlarge', 'ml.g6e.xlarge', 'ml.g6e.12xlarge', 'ml.p5.48xlarge'],
  on,
  region: DEFAULT_CONDITIONS.region,
  ttftSeconds: DEFAULT_CONDITIONS.ttftSeconds,
  tpotSeconds: DEFAULT_CONDITIONS.tpotSeconds,
  purchase: DEFAULT_CONDITIONS.purchase,
  replicas: DEFAULT_CONDITIONS.replicas,
  people: { hoursPerMonth: 0, usdPerHour: DEFAULT_USD_PER_PERSON_HOUR },
  fineTuning: DEFAULT_CONDITIONS.fineTuning,
  files: NO_CHOICE,
  discounts: '',
  estimate: 'simulated',
  hidden: [],
})
