import type * as Fs from 'node:fs'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it, vi } from 'vitest'
import { openFileLedger } from './file-ledger.ts'
import type { LedgerEntry } from './ledger.ts'
import { until } from './testing/upstream.ts'

type Done = (error: Error | null) => void
/** The syncs that were asked for and have not ended. */
const syncs = vi.hoisted(() => [] as Done[])
vi.mock('node:fs', async (original) => ({
  ...(await original<typeof Fs>()),
  fdatasync: (_: number, done: Done) => void syncs.push(done),
}))

const entry = (id: string): LedgerEntry => ({
  id,
  at: 1,
  endAt: 2,
  status: 'ok',
  httpStatus: 200,
  task: 'generate',
  model: 'm',
  upstream: 'here',
  streamed: false,
  usage: {},
  requestBytes: 1,
  answerBytes: 1,
})

it('acknowledges a line when the disk has it, those that came meanwhile together, and none that it refused', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'breakeven-ledger-'))
  const path = join(folder, 'ledger.jsonl')
  const ledger = await openFileLedger(path)
  const said: string[] = []
  const append = (id: string): Promise<unknown> =>
    ledger.append(entry(id)).then(
      () => said.push(id),
      (error: unknown) => said.push(`${id}: ${String(error)}`),
    )
  const first = append('1')
  const others = [append('2'), append('3')]
  await until(() => syncs.length === 1)
  // Written at once, so that it outlives the process; acknowledged later.
  expect((await readFile(path, 'utf8')).split('\n')).toHaveLength(4)
  expect(said).toEqual([])
  syncs[0]?.(null)
  await first
  expect(said).toEqual(['1'])
  await until(() => syncs.length === 2)
  syncs[1]?.(new Error('EIO'))
  await Promise.all(others)
  expect(said).toEqual(['1', '2: Error: EIO', '3: Error: EIO'])
  await ledger.close()
  expect(syncs).toHaveLength(2)
  await rm(folder, { recursive: true })
})
