import { existsSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { gunzipSync } from 'node:zlib'
import type { Call, Row } from '@breakeven/core'
import { inputTokensOf } from '@breakeven/core'
import { describe, expect, it } from 'vitest'
import { readUsageStreams } from './index.ts'
import { readUsage } from './node.ts'
import type { ImportReport } from './report.ts'

/** Files with totals worked out by hand, where a folder of them lies beside the project. */
const FOLDER = fileURLToPath(new URL('../../../../shared/samples/', import.meta.url))
const has = existsSync(`${FOLDER}expected.json`)
type Expected = Readonly<Record<string, Readonly<Record<string, number | string | boolean | null>>>>
const EXPECTED: Expected = has ? (JSON.parse(readFileSync(`${FOLDER}expected.json`, 'utf8')) as Expected) : {}
const CASES = Object.entries(EXPECTED).filter(([name]) => !name.startsWith('_'))

const camelCase = (name: string): string => name.replaceAll(/_(\w)/g, (_, letter: string) => letter.toUpperCase())

const found = (report: ImportReport, name: string): unknown => {
  const iso = (at: number | undefined): string => new Date((at ?? Number.NaN) * 1000).toISOString()
  if (name === 'firstUtc') return iso(report.firstAt)
  if (name === 'lastUtc') return iso(report.lastAt)
  if (name === 'incompletePage') return report.incompletePage
  const counts: Readonly<Record<string, unknown>> = { ...report.files[0]?.facts, ...report.total }
  return counts[name]
}
/** What the report says under each name that the hand-made totals have. */
const shown = (report: ImportReport, expected: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> =>
  Object.fromEntries(Object.keys(expected).map((name) => [name, found(report, camelCase(name))]))

describe.skipIf(!has)('samples with totals by hand', () => {
  it.each(CASES)('%s', async (files, expected) => {
    const report = await readUsage(
      files.split('+').map((file) => FOLDER + file),
      { onRow: () => {} },
    )
    expect(shown(report, expected)).toEqual(expected)
  })

  it.each(CASES)('%s, under another name', async (files, expected) => {
    const sources = files
      .split('+')
      .map((file, index) => ({ name: `download-${index}`, stream: new Blob([readFileSync(FOLDER + file)]).stream() }))
    expect(shown(await readUsageStreams(sources, { onRow: () => {} }), expected)).toEqual(expected)
  })

  it.each([
    'litellm-spendlogs.csv',
    'langfuse-events.jsonl',
    'otlp-genai.jsonl',
    'openrouter-activity.csv',
    'helicone-export.csv',
  ])('%s: peak, concurrency and busy time of the base traffic', async (file) => {
    const rows: Row[] = []
    await readUsage([FOLDER + file], { onRow: (row) => void rows.push(row) })
    const peak = EXPECTED._peak!
    const minute = Date.parse(String(peak.minute_utc)) / 1000
    const base = rows.filter(
      (row): row is Call =>
        row.kind === 'call' && row.at < minute + 1200 && row.status === 'ok' && row.task === 'generate',
    )
    const inMinute = base.filter((row) => row.at >= minute && row.at < minute + 60)
    expect(inMinute.length).toBe(peak.requests)
    expect(inMinute.reduce((sum, row) => sum + inputTokensOf(row.usage), 0)).toBe(peak.input)
    expect(inMinute.reduce((sum, row) => sum + (row.usage.output ?? 0), 0)).toBe(peak.output)
    const concurrency = Math.max(
      ...base.map((row) => base.filter((other) => other.at <= row.at && (other.endAt ?? 0) > row.at).length),
    )
    expect(concurrency).toBe(peak.max_concurrency)
    expect(Math.round(base.reduce((sum, row) => sum + ((row.endAt ?? row.at) - row.at), 0) * 1000)).toBe(peak.busy_ms)
  })

  it('reads what is packed as what it unpacks to', async () => {
    const packed = readFileSync(`${FOLDER}openai-usage.csv.gz`)
    const total = async (bytes: Uint8Array<ArrayBuffer>): Promise<unknown> =>
      (await readUsageStreams([{ name: 'x', stream: new Blob([bytes]).stream() }], { onRow: () => {} })).total
    expect(await total(new Uint8Array(packed))).toEqual(await total(new Uint8Array(gunzipSync(packed))))
  })

  it.each(['empty.csv', 'empty.jsonl', 'openai-usage-header-only.csv'])(
    '%s: nothing in it, and said so',
    async (file) => {
      const report = await readUsage([FOLDER + file], { onRow: () => {} })
      expect(report.total.rows).toBe(0)
    },
  )
})
