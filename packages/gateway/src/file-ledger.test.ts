import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { appendFile, mkdtemp, readFile, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { readUsage } from '@breakeven/formats/node'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { openFileLedger } from './file-ledger.ts'
import type { LedgerEntry } from './ledger.ts'

let folder = ''
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'breakeven-ledger-'))
})
afterEach(() => rm(folder, { recursive: true, force: true }))

const entry = (id: string): LedgerEntry => ({
  id,
  at: 1_789_372_800,
  endAt: 1_789_372_801.5,
  status: 'ok',
  httpStatus: 200,
  task: 'generate',
  model: 'llama',
  upstream: '127.0.0.1:8000',
  project: 'team',
  streamed: true,
  usage: { freshInput: 10, cacheRead: 2, output: 3 },
  reasoning: 1,
  requestBytes: 1,
  answerBytes: 1,
})
const idsIn = (text: string): string[] =>
  text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => (JSON.parse(line) as { id: string }).id)

describe('the ledger in a file', () => {
  it('keeps every line, in order, for its owner only', async () => {
    const path = join(folder, 'ledger.jsonl')
    const ledger = await openFileLedger(path)
    const ids = Array.from({ length: 1000 }, (_, index) => String(index))
    await Promise.all(ids.map((id) => ledger.append(entry(id))))
    await ledger.close()
    expect(idsIn(await readFile(path, 'utf8'))).toEqual(ids)
    expect((await stat(path)).mode & 0o077).toBe(0)
  })

  it('is what the usage readers read', async () => {
    const path = join(folder, 'ledger.jsonl')
    const ledger = await openFileLedger(path)
    await ledger.append(entry('a'))
    await ledger.append({ ...entry('b'), status: 'aborted', usage: {} })
    await ledger.close()
    const rows: unknown[] = []
    const report = await readUsage([path], { onRow: (row) => rows.push(row) })
    expect(report.files[0]?.format).toBe('ledger')
    const call = {
      kind: 'call',
      at: 1_789_372_800,
      endAt: 1_789_372_801.5,
      task: 'generate',
      model: 'llama',
      // By where it was: the ledger names no provider.
      provider: 'self-hosted',
      project: 'team',
    }
    expect(rows).toEqual([
      { ...call, status: 'ok', usage: { freshInput: 10, cacheRead: 2, output: 3 } },
      { ...call, status: 'aborted', usage: {} },
    ])
  })

  it('goes on behind a line that a crash has cut, and loses only that one', async () => {
    const path = join(folder, 'ledger.jsonl')
    await appendFile(
      path,
      `${JSON.stringify({ ledger: 'breakeven@1', ...entry('old') })}\n{"ledger":"breakeven@1","id":"cu`,
    )
    const ledger = await openFileLedger(path)
    await ledger.append(entry('new'))
    await ledger.close()
    const report = await readUsage([path], { onRow: () => {} })
    expect(report.total).toMatchObject({ rows: 2, malformedLines: 1 })
  })

  it('says plainly where it cannot be', async () => {
    await expect(openFileLedger(join(folder, 'no', 'ledger.jsonl'))).rejects.toThrow(
      'The ledger cannot be opened (ENOENT).',
    )
  })

  it('has every line that was acknowledged before the process was killed', async () => {
    const path = join(folder, 'ledger.jsonl')
    const script = fileURLToPath(new URL('testing/append-forever.ts', import.meta.url))
    for (let round = 0; round < 3; round++) {
      const child = spawn(process.execPath, [script, path], { stdio: ['ignore', 'pipe', 'inherit'] })
      let printed = ''
      child.stdout.setEncoding('utf8').on('data', (text: string) => {
        printed += text
        if (printed.length > 1000) child.kill('SIGKILL')
      })
      await once(child, 'close')
      expect(child.signalCode).toBe('SIGKILL')
      const acknowledged = printed.slice(0, printed.lastIndexOf('\n')).split('\n')
      const text = await readFile(path, 'utf8')
      const lines = text.slice(0, text.lastIndexOf('\n'))
      expect(acknowledged.length).toBeGreaterThan(100)
      const found = new Set([...lines.matchAll(/^\{"ledger":"breakeven@1","id":"([\d-]+)".*\}$/gm)].map(([, id]) => id))
      expect(acknowledged.filter((id) => !found.has(id))).toEqual([])
    }
  })
})
