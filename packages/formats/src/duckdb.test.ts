import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Row } from '@breakeven/core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { connect } from './duckdb/connect.ts'
import { openTrafficWriter } from './duckdb.ts'
import { readUsageStreams } from './index.ts'
import { readUsage } from './node.ts'
import { SAMPLES } from './testing/samples.ts'
import { TOTALS } from './testing/traffic.ts'

let folder = ''
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'breakeven-parquet-'))
})
afterAll(() => rm(folder, { recursive: true }))

describe('traffic as Parquet', () => {
  it.each(['claude-code', 'openai-usage json', 'mooncake', 'anthropic-usage csv', 'litellm csv', 'prometheus', 'otlp'])(
    '%s: written and read again, the rows are the same',
    async (name) => {
      const path = join(folder, `it's ${name}.parquet`)
      const written: Row[] = []
      const writer = await openTrafficWriter(path)
      const onRow = (row: Row): void => {
        written.push(row)
        writer.add(row)
      }
      await readUsageStreams([{ name, stream: new Blob([SAMPLES[name]!.text]).stream() }], { onRow })
      expect(await writer.close()).toBe(written.length)
      const again: Row[] = []
      const report = await readUsage([path], { onRow: (row) => void again.push(row) })
      expect(again).toEqual(written)
      expect(report.files[0]?.format).toBe('traffic')
      expect(report.total).toMatchObject({ input: TOTALS.input, output: TOTALS.output })
    },
  )

  it('a table of any known columns is read, times and whole numbers in its own types', async () => {
    const path = join(folder, 'table.parquet')
    const { connection, close } = await connect(path)
    await connection.run(
      `COPY (SELECT TIMESTAMP '2026-09-14 08:00:00.25' + INTERVAL (i) SECOND AS created_at, 'gpt-4o' AS model, (1000 + i)::BIGINT AS prompt_tokens, 10::INTEGER AS completion_tokens FROM range(5000) t(i)) TO '${path}' (FORMAT parquet)`,
    )
    close()
    const rows: Row[] = []
    const report = await readUsage([path], { onRow: (row) => void rows.push(row) })
    // 5000 * 1000 + (0 + 1 + … + 4999 = 12,497,500)
    expect(report.total).toMatchObject({ rows: 5000, input: 17_497_500, output: 50_000 })
    expect(rows[0]).toEqual({
      kind: 'call',
      task: 'generate',
      at: 1_789_372_800.25,
      status: 'ok',
      model: 'gpt-4o',
      usage: { freshInput: 1000, output: 10 },
    })
  })
})
