import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { InputError } from '@breakeven/core'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { openTrafficWriter } from './duckdb.ts'
import { readUsage } from './node.ts'

/** As in an installation without the optional package. */
vi.mock('@duckdb/node-api', () => {
  throw Object.assign(new Error("Cannot find package '@duckdb/node-api'"), { code: 'ERR_MODULE_NOT_FOUND' })
})

let folder = ''
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'breakeven-absent-'))
})
afterAll(() => rm(folder, { recursive: true }))

test('a big table is streamed, as a small one is', async () => {
  const path = join(folder, 'big.csv')
  await writeFile(path, 'time,input,output\n2026-10-01T08:00:00Z,5,1\n2026-10-01T08:00:01Z,6,1\n')
  let [rows, sums] = [0, 0]
  const report = await readUsage([path], {
    onRow: () => void rows++,
    big: { edges: [100], fromBytes: 0, onSum: () => void sums++ },
  })
  expect({ rows, sums, input: report.total.input }).toEqual({ rows: 2, sums: 0, input: 11 })
})

test.each(['whole', 'cut into sums'])('Parquet says what to install: %s', async (way) => {
  const path = join(folder, 'rows.parquet')
  await writeFile(path, 'PAR1 and so on')
  const big = { edges: [], fromBytes: 0, onSum: () => {} }
  const thrown = await readUsage([path], { onRow: () => {}, ...(way === 'whole' ? {} : { big }) }).catch(
    (error: unknown) => error,
  )
  expect(thrown).toBeInstanceOf(InputError)
  expect(thrown).toMatchObject({
    message: expect.stringContaining('DuckDB') as string,
    hint: expect.stringContaining('npm install @duckdb/node-api') as string,
    place: { file: path },
  })
})

test('writing Parquet says it before anything is read', async () => {
  await expect(openTrafficWriter(join(folder, 'out.parquet'))).rejects.toThrow('DuckDB')
})
