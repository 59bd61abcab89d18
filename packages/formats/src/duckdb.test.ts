import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { inputTokensOf, summarizer } from '@breakeven/core'
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

  it.each<[string, string, string, Record<string, string>, string]>([
    [
      'Azure’s, times as texts',
      'azure-trace',
      'TIMESTAMP,ContextTokens,GeneratedTokens\n2024-05-12 00:00:00.001163+00:00,100,5\n2024-05-12 00:00:01+00:00,300000,7\n',
      {},
      'SELECT * FROM CSV',
    ],
    [
      'Azure’s, times as times',
      'azure-trace',
      'TIMESTAMP,ContextTokens,GeneratedTokens\n2024-05-12 00:00:00.001163,100,5\n2024-05-12 00:00:01,300000,7\n',
      {},
      'SELECT "TIMESTAMP"::TIMESTAMP AS "TIMESTAMP", ContextTokens::BIGINT AS ContextTokens, GeneratedTokens::INTEGER AS GeneratedTokens FROM CSV',
    ],
    [
      'BurstGPT’s, failures and all',
      'burstgpt',
      'Timestamp,Model,Request tokens,Response tokens,Total tokens,Log Type\n5,ChatGPT,472,18,490,Conversation log\n45,GPT-4,1087,0,1087,API log\n',
      {},
      'SELECT "Timestamp"::DOUBLE AS "Timestamp", Model, "Request tokens"::DECIMAL(12, 2) AS "Request tokens", "Response tokens"::BIGINT AS "Response tokens", "Total tokens", "Log Type" FROM CSV',
    ],
    [
      'one of columns that a map names',
      'table',
      'wann,modell,rein,raus\n2026-09-14T08:00:00Z,gpt-4o,100,5\n2026-09-14T08:00:01.5Z,,,7\n',
      { at: 'wann', model: 'modell', input: 'rein', output: 'raus', project: '=shop' },
      'SELECT wann::TIMESTAMPTZ AS wann, modell, rein::UBIGINT AS rein, raus::HUGEINT AS raus FROM CSV',
    ],
  ])('a foreign table gives the rows of its CSV: %s', async (name, format, text, map, sql) => {
    const [csv, parquet] = [join(folder, `${name}.csv`), join(folder, `${name}.parquet`)]
    await writeFile(csv, text)
    const { connection, close } = await connect(parquet)
    await connection.run(
      `COPY (${sql.replace('CSV', `read_csv('${csv}', all_varchar = true)`)}) TO '${parquet}' (FORMAT parquet)`,
    )
    close()
    const [fromCsv, fromParquet] = await Promise.all(
      [csv, parquet].map(async (path) => {
        const rows: Row[] = []
        const report = await readUsage([path], { map, onRow: (row) => void rows.push(row) })
        return { rows, total: report.total, format: report.files[0]?.format }
      }),
    )
    expect(fromParquet).toEqual(fromCsv)
    expect(fromCsv).toMatchObject({ format, total: { rows: 2 } })
  })

  it('the SQL of the docs gives the cells of the summary', async () => {
    const path = join(folder, 'sql.parquet')
    const writer = await openTrafficWriter(path)
    const edges = [128_000, 200_000]
    const summary = summarizer({ edges })
    // Prompts sixteen times as long, so that they fall into all three segments.
    const onRow = (row: Row): void => {
      const { freshInput = 0, ...rest } = row.usage
      const longer: Row = { ...row, usage: { ...rest, freshInput: freshInput + 15 * inputTokensOf(row.usage) } }
      writer.add(longer)
      summary.add(longer)
    }
    await readUsageStreams([{ name: 'x', stream: new Blob([SAMPLES['claude-code']!.text]).stream() }], { onRow })
    await writer.close()
    const docs = await readFile(new URL('../../../docs/usage-files.md', import.meta.url), 'utf8')
    const sql = /```sql\n([^`]+)```/.exec(docs)![1]!.replace('traffic.parquet', path.replaceAll("'", "''"))
    const { connection, close } = await connect(path)
    const found = (await connection.runAndReadAll(sql)).getRowObjectsJS()
    close()
    const cells = summary.done().cells
    const number = (value: unknown): number => Number(value)
    const key = (segment: unknown, slot: unknown, requests: unknown, fresh: unknown, output: unknown): string =>
      [segment, slot, requests, fresh, output].map(number).join(' ')
    expect(
      found.map((row) => key(row.segment, row.half_hour, row.requests, row.fresh_input, row.output)).toSorted(),
    ).toEqual(
      cells
        .map((cell) => key(cell.segment, cell.slot, cell.requests, cell.usage.freshInput, cell.usage.output))
        .toSorted(),
    )
    expect(new Set(cells.map((cell) => cell.segment)).size).toBe(3)
  })
})
