import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, describe, expect, test } from 'vitest'
import { runCli } from '../app.ts'
import { testIo } from '../test-io.ts'
import { rowKeeper } from './simulate-rows.ts'

const folder = mkdtempSync(join(tmpdir(), 'breakeven-simulated-'))
afterAll(() => rmSync(folder, { recursive: true }))

type Option = {
  readonly id: string
  readonly kind: string
  readonly usdPerDay: number
  readonly notes: readonly string[]
  readonly replicas?: { readonly max: number }
  readonly played?: { readonly on: string; readonly replicas: number; readonly ttftSeconds: { readonly p95: number } }
  readonly playedHybrid?: { readonly callsOver: number; readonly machines: number; readonly on: string }
  readonly runnerUp?: { readonly id: string; readonly usdPerDay: number; readonly why: string }
}
type Compared = { readonly estimate: string; readonly options: readonly Option[] }

const json = async (command: string, ...args: readonly string[]): Promise<unknown> => {
  const io = testIo()
  const code = await runCli([command, ...args, '--json', '--quiet'], io)
  expect([code, io.err()]).toEqual([0, ''])
  return JSON.parse(io.out())
}
const compared = async (...args: readonly string[]): Promise<Compared> =>
  (await json('compare', ...args, '--estimate', 'simulated')) as Compared
const best = ({ options }: Compared, kind: string): Option => options.find((option) => option.kind === kind)!

const rush = fileURLToPath(new URL('../../../../examples/rush.csv', import.meta.url))
// Azure's public conversations of 2023 (CC-BY 4.0); not carried, checked where at hand.
const azure = fileURLToPath(new URL('../../../../../shared/traces/azure-2023-conv.csv', import.meta.url))

describe.each([
  ['the rush of the examples', rush],
  ['an hour of Azure conversations', azure],
])('%s', (_, file) => {
  test.skipIf(!existsSync(file))(
    'compare names a fleet, and played through it by itself the target holds',
    async () => {
      const found = await compared(file, '--host', 'llama-3.1-8b@ml.g5.2xlarge')
      expect(found.estimate).toBe('simulated')
      const { played, replicas } = best(found, 'hosted')
      expect(played).toMatchObject({ on: 'rows', replicas: replicas!.max })
      const again = (await json(
        'simulate',
        file,
        '--host',
        'llama-3.1-8b@ml.g5.2xlarge',
        '--replicas',
        `${replicas!.max}`,
      )) as { sloMet: boolean; ttftSeconds: { p95: number } }
      expect(again.sloMet).toBe(true)
      expect(again.ttftSeconds.p95).toBeCloseTo(played!.ttftSeconds.p95, 9)
    },
  )

  test.skipIf(!existsSync(file))('of all machines the best one is played, and says what came next', async () => {
    const hosted = best(await compared(file, '--host', 'qwen3-8b'), 'hosted')
    expect(hosted.played).toMatchObject({ on: 'rows' })
    expect(hosted.runnerUp!.usdPerDay).toBeGreaterThanOrEqual(hosted.usdPerDay)
    expect(hosted.runnerUp!.why).toMatch(/\d/)
  })

  test.skipIf(!existsSync(file))('where own machines and a dear renter meet, the mix that was played', async () => {
    const found = await compared(file, '--host', 'llama-3.1-8b@ml.g5.2xlarge', '--overflow', 'openai/gpt-4o')
    const [mix, own] = [best(found, 'hybrid'), best(found, 'hosted')]
    expect(mix.usdPerDay).toBeLessThan(own.usdPerDay)
    expect(mix.playedHybrid!.machines).toBeLessThan(own.replicas!.max)
    expect(mix.playedHybrid!.callsOver).toBeGreaterThan(0)
    expect(mix.playedHybrid!.callsOver).toBeLessThan(0.3)
  })
})

test('table and receipt say how the fleet fared and what came next', async () => {
  const io = testIo()
  await runCli(['compare', rush, '--estimate', 'simulated', '--host', 'llama-3.1-8b', '--quiet'], io)
  expect(io.out()).toMatch(/the best ones simulated/)
  expect(io.out().replaceAll(/\s+/g, ' ')).toMatch(
    /The best way to run, and what came next llama-3\.1-8b on .* simulated on 5,466 requests: p95 .* within the target .* next best: llama-3\.1-8b on/,
  )
  const explained = testIo()
  await runCli(
    ['compare', rush, '--estimate', 'simulated', '--host', 'llama-3.1-8b@ml.g5.2xlarge', '--explain', '@ml.g5.2xlarge'],
    explained,
  )
  expect(explained.out().replaceAll(/\s+/g, ' ')).toContain('played on the traffic as it came (5,466 requests)')
})

test('somebody who waits sees the answer in closed form at once', async () => {
  const waiting = testIo({ isTTY: true })
  await runCli(['compare', rush, '--host', 'llama-3.1-8b@ml.g5.2xlarge'], waiting)
  expect(waiting.err()).toMatch(/In closed form: Rent .* a day\. Simulating the best …/)
  const closed = testIo({ isTTY: true })
  await runCli(['compare', rush, '--host', 'llama-3.1-8b@ml.g5.2xlarge', '--estimate', 'closed-form'], closed)
  expect(closed.err()).not.toContain('Simulating')
  expect(closed.out()).toMatch(/closed-form\s+estimate/)
})

test('--where plays the part, --by each part by its minutes', async () => {
  const rows = Array.from({ length: 400 }, (_, nth) => {
    const at = new Date(Date.UTC(2026, 10, 2, 10) + nth * 2000).toISOString()
    return `${at},gpt-4o,${nth % 4 === 0 ? 'a' : 'b'},900,90`
  })
  const path = join(folder, 'parts.csv')
  writeFileSync(path, ['timestamp,model,project,input_tokens,output_tokens', ...rows].join('\n'))
  const host = ['--host', 'gpt-oss-120b@ml.p5.4xlarge']
  type Played = { played: { requestsPlayed: number; on: string } }
  const part = best(await compared(path, ...host, '--where', 'project=a'), 'hosted') as unknown as Played
  expect(part.played).toMatchObject({ on: 'rows', requestsPlayed: 100 })
  const split = (await compared(path, ...host, '--by', 'project')) as unknown as { parts: { comparison: Compared }[] }
  const each = split.parts.map(({ comparison }) => (best(comparison, 'hosted') as unknown as Played).played)
  expect(each.map(({ on, requestsPlayed }) => [on, requestsPlayed])).toEqual([
    ['minutes', 100],
    ['minutes', 300],
  ])
})

describe('rows kept to be played', () => {
  const call = { kind: 'call', at: 5, status: 'ok', task: 'generate', usage: { freshInput: 10, output: 1 } } as const
  test('of the part, in order, without what failed or waits in a batch', () => {
    const keeper = rowKeeper({ project: ['a'] })
    keeper.add({ ...call, at: 9, project: 'a' })
    keeper.add({ ...call, project: 'a' })
    keeper.add({ ...call, project: 'b' })
    keeper.add({ ...call, project: 'a', tier: 'batch' })
    keeper.add({ ...call, project: 'a', status: 'error' })
    expect([...keeper.kept()!.at]).toEqual([5, 9])
  })

  test('no more than fit beside their sums', () => {
    const keeper = rowKeeper({})
    for (let nth = 0; nth <= 500_000; nth += 1) keeper.add(call)
    expect(keeper.kept()).toBeUndefined()
  })

  test('none where some are sums: then minutes are played', () => {
    const sums = rowKeeper({})
    sums.add(call)
    sums.addSum()
    const buckets = rowKeeper({})
    buckets.add(call)
    buckets.add({ kind: 'bucket', from: 0, to: 60, task: 'generate', requests: 2, usage: { freshInput: 5 } })
    expect([sums.kept(), buckets.kept(), rowKeeper({}).kept()]).toEqual([undefined, undefined, undefined])
  })
})
