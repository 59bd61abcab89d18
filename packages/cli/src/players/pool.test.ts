import { loadCatalog } from '@breakeven/catalog'
import { lookAt, type PlayTask, type Replica, type Requests, type Round } from '@breakeven/core'
import { afterAll, describe, expect, test } from 'vitest'
import { testIo } from '../test-io.ts'
import { newPool } from './pool.ts'
import { roundsOn } from './progress.ts'

const catalog = loadCatalog()
const row = <Row extends { readonly id: string }>(rows: readonly Row[], id: string): Row =>
  rows.find((one) => one.id === id)!
const replica: Replica = {
  model: row(catalog.openModels, 'llama-3.1-8b'),
  accelerator: row(catalog.accelerators, 'A10G'),
  engine: row(catalog.engines, 'vllm'),
  precision: 'bf16',
  tensorParallel: 1,
}
const at = Float64Array.from({ length: 400 }, (_, nth) => nth / 2)
const trace: Requests = { at, input: at.map(() => 800), output: at.map(() => 150) }
const stage: Round['stage'] = {
  slo: { ttftSeconds: 2, tpotSeconds: 0.1, percentile: 'p95' },
  play: { unitAt: at, input: trace.input, output: trace.output },
  trace,
  day: { origin: 'rows', requests: trace },
}
const tasks: readonly PlayTask[] = [1, 2, 3, 4, 5, 6].map((replicas) => ({
  kind: 'fleet',
  replica,
  perInstance: 1,
  replicas,
}))
const round: Round = { about: 'fleets', stage, tasks }

describe('worker threads', () => {
  const pool = newPool(2, 0)
  afterAll(() => pool.close())

  test('give the same as one thread, in the order of the tasks, twice over', async () => {
    const alone = tasks.map((task) => lookAt(task, stage))
    const done: number[] = []
    expect(await pool.play(round, (count) => done.push(count))).toEqual(alone)
    expect(done).toEqual([1, 2, 3, 4, 5, 6])
    const turned = { ...round, tasks: tasks.toReversed() }
    expect(await pool.play(turned, () => {})).toEqual(alone.toReversed())
  })

  test('a bug in one of them is thrown here, and no round waits for ever', async () => {
    const broken = { ...round, tasks: tasks.map((task) => ({ ...task, replica: undefined })) } as unknown as Round
    const other = newPool(2, 0)
    await expect(other.play(broken, () => {})).rejects.toThrow(/undefined/)
    await other.close()
  })
})

describe('progress', () => {
  test('after a while, where somebody is looking, and taken away again', () => {
    const io = testIo({ isTTY: true })
    const line = roundsOn(io, false)
    line.update(round, 1)
    io.tick(500)
    line.update(round, 2)
    line.done()
    expect(io.err()).toBe('\r\u001B[2K2 of 6 fleets simulated\r\u001B[2K')
  })

  test.each([
    ['quiet', true, true],
    ['no terminal', false, false],
  ])('%s: nothing', (_, isTTY, quiet) => {
    const io = testIo({ isTTY })
    const line = roundsOn(io, quiet)
    io.tick(5000)
    line.update(round, 3)
    line.done()
    expect(io.err()).toBe('')
  })
})
