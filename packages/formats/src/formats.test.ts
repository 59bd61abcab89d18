import { inputTokensOf } from '@breakeven/core'
import type { Row } from '@breakeven/core'
import { readFile } from 'node:fs/promises'
import { gzipSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import { FORMATS, readUsageStreams } from './index.ts'
import type { ImportReport } from './index.ts'
import { SAMPLES } from './testing/samples.ts'
import { BASE, START, TOTALS } from './testing/traffic.ts'

const read = async (
  bytes: Uint8Array<ArrayBuffer> | string,
  relativeTo = START,
): Promise<{ report: ImportReport; rows: Row[] }> => {
  const rows: Row[] = []
  const report = await readUsageStreams([{ name: 'renamed.txt', stream: new Blob([bytes]).stream() }], {
    onRow: (row) => void rows.push(row),
    relativeTo,
  })
  return { report, rows }
}

const NULLABLE = ['requests', 'cacheRead', 'cacheWrite', 'reasoning'] as const

describe.each(Object.entries(SAMPLES))('%s', (_, { format, text, says }) => {
  it('is recognised by its content and gives the totals of the traffic, null for what it does not carry', async () => {
    const { report } = await read(text)
    expect(report.files[0]?.format).toBe(format)
    const expected = Object.fromEntries(NULLABLE.map((name) => [name, says.includes(name) ? TOTALS[name] : null]))
    expect(report.total).toMatchObject({
      input: TOTALS.input,
      output: TOTALS.output,
      malformedLines: 0,
      missingUsage: 0,
      ...expected,
    })
  })

  it('gives the same from gzip and from UTF-16', async () => {
    const { report } = await read(text)
    expect((await read(new Uint8Array(gzipSync(text)))).report.total).toEqual(report.total)
    expect(
      (await read(new Uint8Array(Buffer.from(`\uFEFF${text.replace(/^\uFEFF/, '')}`, 'utf16le')))).report.total,
    ).toEqual(report.total)
  })

  it('gives the same when bytes come one by one', async () => {
    const { report } = await read(text)
    for (const bytes of [gzipSync(text), Buffer.from(`\uFEFF${text.replace(/^\uFEFF/, '')}`, 'utf16le')]) {
      const start = bytes.subarray(0, 40)
      const stream = new ReadableStream<Uint8Array>({
        start: (controller) => {
          for (const byte of start) controller.enqueue(Uint8Array.of(byte))
          controller.enqueue(new Uint8Array(bytes.subarray(40)))
          controller.close()
        },
      })
      expect((await readUsageStreams([{ name: 'x', stream }], { onRow: () => {} })).total).toEqual(report.total)
    }
  })

  it('hands out disjoint meters that add up, in the time of the traffic', async () => {
    const { rows } = await read(text)
    expect(rows.reduce((sum, row) => sum + inputTokensOf(row.usage), 0)).toBe(TOTALS.input)
    const times = rows.flatMap((row) => (row.kind === 'call' ? [row.at] : [row.from, row.to]))
    const day = 86_400
    expect(Math.min(...times)).toBeGreaterThanOrEqual(Math.floor(START / day) * day)
    expect(Math.max(...times)).toBeLessThanOrEqual(Math.ceil((START + 75 * BASE.length) / day) * day)
  })
})

it('docs/usage-files.md says of every format how to get it', async () => {
  const docs = await readFile(new URL('../../../docs/usage-files.md', import.meta.url), 'utf8')
  const missing = FORMATS.filter(
    ({ id, name }) => !docs.includes(`\`${id}\``) || !docs.includes(name.split(' (')[0] ?? name),
  )
  expect(missing.map(({ id }) => id)).toEqual([])
})
