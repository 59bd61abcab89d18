import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { readUsage } from '@breakeven/formats/node'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { collector, parseWhere } from './traffic.ts'

let folder = ''
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'breakeven-traffic-'))
})
afterAll(() => rm(folder, { recursive: true }))

test('--where and --by take the sums of a database as they take rows', async () => {
  const path = join(folder, 'log.csv')
  const row = (i: number): string =>
    `2026-11-02T10:${String(i % 60).padStart(2, '0')}:00Z,${i % 2 === 0 ? 'gpt-4o' : 'o3'},${100 + i},${i},${'abc'[i % 3]}\n`
  const rows = Array.from({ length: 90 }, (_, i) => row(i)).join('')
  await writeFile(path, `timestamp,model,input_tokens,output_tokens,project\n${rows}`)
  const edges = [150]
  const collect = async (isBig: boolean): Promise<readonly unknown[]> => {
    const { add, addSum, whole, parts, left } = collector({ edges }, parseWhere('project=a|b'), 'model')
    let sums = 0
    const onSum: typeof addSum = (sum) => {
      sums += 1
      addSum(sum)
    }
    await readUsage([path], { onRow: add, ...(isBig ? { big: { edges, onSum, fromBytes: 0 } } : {}) })
    expect(sums > 0).toBe(isBig)
    return [whole(), parts().toSorted((a, b) => (a.value < b.value ? -1 : 1)), left()]
  }
  const streamed = await collect(false)
  expect(await collect(true)).toEqual(streamed)
  // 90 rows, of which every third is of project c.
  expect(streamed[2]).toBe(30)
})
