import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, test, vi } from 'vitest'
import { runCli } from '../app.ts'
import { testIo } from '../test-io.ts'

const folder = mkdtempSync(join(tmpdir(), 'breakeven-inspect-'))
afterAll(() => rmSync(folder, { recursive: true }))
const file = (name: string, content: string): string => {
  const path = join(folder, name)
  writeFileSync(path, content)
  return path
}
const call = async (...args: string[]): Promise<{ code: number; out: string; err: string }> => {
  const io = testIo()
  const code = await runCli(args, io)
  return { code, out: io.out(), err: io.err() }
}

const HEAD = 'timestamp,model,input_tokens,cached_tokens,output_tokens\n'
const TABLE = `${HEAD}${Array.from({ length: 500 }, (_, i) => `2026-10-0${1 + (i % 9)}T0${i % 10}:00:00.25Z,gpt-4o${i % 2 === 0 ? '' : '-mini'},${1000 + i},${i},${i % 50}\n`).join('')}`

describe('--out', () => {
  test('the Parquet that is written gives the same answer as the file it was made of', async () => {
    const csv = file('traffic.csv', TABLE)
    const parquet = join(folder, 'traffic.parquet')
    const written = await call('inspect', csv, '--out', parquet)
    expect(written).toMatchObject({ code: 0, err: `500 rows written to ${parquet}\n` })
    expect(written.out).toContain('table of calls')
    const again = await call('inspect', parquet, '--json')
    // 500 * 1000 + (0 + 1 + … + 499 = 124,750) in, ten times (0 + … + 49 = 1225) out
    expect(JSON.parse(again.out)).toMatchObject({
      files: [{ format: 'traffic' }],
      total: { rows: 500, requests: 500, input: 624_750, cacheRead: 124_750, output: 12_250 },
    })
    const answers = await Promise.all([csv, parquet].map((path) => call('compare', path, '--json', '--quiet')))
    const [fromCsv, fromParquet] = answers.map(({ out }) => (JSON.parse(out) as { options: unknown }).options)
    expect(fromParquet).toEqual(fromCsv)
    expect(readdirSync(folder).filter((name) => name.includes('part'))).toEqual([])
  })

  test('a file that cannot be read leaves the one that was there as it was, and nothing beside it', async () => {
    const kept = file('kept.parquet', 'as it was')
    const letter = file('letter.txt', 'Dear Sir,\nthank you.\n')
    expect((await call('inspect', letter, '--out', kept)).code).toBe(2)
    expect((await call('inspect', file('bare.csv', HEAD), '--out', kept)).code).toBe(2)
    expect(readdirSync(folder)).toContain('kept.parquet')
    expect(readdirSync(folder).filter((name) => name.includes('part'))).toEqual([])
  })

  test.each([
    ['another ending', 'rows.csv', 'a name that ends in .parquet'],
    ['no such folder', 'none/rows.parquet', 'no such folder'],
    ['the file that is read', 'self.parquet', 'outside of the folder'],
  ])('%s is refused before anything is read', async (_name, out, message) => {
    const { code, out: shown, err } = await call('inspect', file('self.parquet', 'PAR1'), '--out', join(folder, out))
    expect({ code, shown }).toEqual({ code: 2, shown: '' })
    expect(err).toContain(message)
    expect(err).toMatch(/\n {2}hint: .+\n$/)
  })

  test('a new file in the folder that is read is refused: the next run would count everything twice', async () => {
    expect((await call('inspect', folder, '--out', join(folder, 'deep.parquet'))).err).toContain('twice')
  })

  test('without DuckDB it says what to install', async () => {
    vi.doMock('@duckdb/node-api', () => {
      throw Object.assign(new Error('Cannot find package'), { code: 'ERR_MODULE_NOT_FOUND' })
    })
    const { code, err } = await call('inspect', file('some.csv', TABLE), '--out', join(folder, 'some.parquet'))
    vi.doUnmock('@duckdb/node-api')
    expect(code).toBe(2)
    expect(err).toContain('npm install @duckdb/node-api')
    expect(readdirSync(folder).filter((name) => name.startsWith('some.parquet'))).toEqual([])
  })
})

describe('what a file does not say', () => {
  const BATCH = [
    '{"type":"succeeded","message":{"id":"m1","type":"message","model":"claude-sonnet-4-5","usage":{"input_tokens":100,"cache_read_input_tokens":50,"output_tokens":20}}}',
    '{"type":"errored","error":{"type":"invalid_request_error"}}',
  ]
    .map((result, index) => `{"custom_id":"${index}","result":${result}}\n`)
    .join('')

  test('when its calls were made: told by --undated, in batch results and in any table', async () => {
    const batch = file('batch.jsonl', BATCH)
    const refused = await call('inspect', batch)
    expect(refused.code).toBe(2)
    expect(refused.err).toContain('--undated')
    const { out } = await call('inspect', batch, '--undated', '2026-10', '--json')
    expect(JSON.parse(out)).toMatchObject({
      total: { requests: 1, input: 150, output: 20, batchInput: 150, errors: 1 },
      firstAt: '2026-10-01T00:00:00.000Z',
      lastAt: '2026-11-01T00:00:00.000Z',
    })
    const table = file('undated.csv', 'model,input_tokens,output_tokens\ngpt-4o,10,2\ngpt-4o,20,3\n')
    expect((await call('inspect', table)).err).toContain('--undated')
    const days = await call('inspect', table, '--undated', '2026-10-01..2026-10-02', '--json')
    expect(JSON.parse(days.out)).toMatchObject({
      total: { requests: 2, input: 30, output: 5 },
      grainSeconds: 2 * 86_400,
      lastAt: '2026-10-03T00:00:00.000Z',
    })
  })

  test.each(['2026', '2026-13', '2026-10-02..2026-10-01', '2026-02-30..2026-03-01', 'October'])(
    '--undated %s is no span of days',
    async (text) => {
      const { code, err } = await call('inspect', 'x.csv', '--undated', text)
      expect(code).toBe(2)
      expect(err).toMatch(/^breakeven: --undated: .+\n {2}hint: .+\n$/)
    },
  )

  test('that it is of another format than it seems: told by --read-as', async () => {
    // Four columns of BurstGPT's, under which its failures would be told from calls.
    const path = file(
      'like-burst.csv',
      'Timestamp,Model,Request tokens,Response tokens,Total tokens,Log Type\n5,GPT-4,100,0,100,API log\n',
    )
    const totalOf = async (...flags: string[]): Promise<unknown> =>
      (JSON.parse((await call('inspect', path, '--json', ...flags)).out) as { total: unknown }).total
    expect(await totalOf()).toMatchObject({ requests: 0, errors: 1 })
    expect(await totalOf('--read-as', 'table')).toMatchObject({ requests: 1, errors: null })
    expect((await call('inspect', path, '--read-as', 'burst')).err).toContain('did you mean burstgpt?')
    expect((await call('inspect', path, '--read-as', 'codex')).err).toContain('never written as a table')
  })
})

test('nothing in a file steers the terminal', async () => {
  const odd = file('odd.csv', 'a\u001B[2Jb,c\n1,2\n')
  const named = file(
    'na\u001B[2Jme.csv',
    'timestamp,input_tokens,output_tokens,co\u001B[2Jst\n2026-10-01T08:00:00,1,1,1\n',
  )
  for (const { out, err } of [await call('inspect', odd), await call('inspect', named)])
    expect(out + err).not.toContain('\u001B')
  expect((await call('inspect', odd)).err).toContain(String.raw`a\x1b[2Jb`)
})
