import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'
import { runCli } from '../app.ts'
import { testIo } from '../test-io.ts'

const searched = async (...args: readonly string[]): Promise<{ code: number; out: string; err: string }> => {
  const io = testIo()
  const code = await runCli(['capacity', ...args], io)
  return { code, out: io.out(), err: io.err() }
}
type Configuration = {
  readonly instance: string
  readonly precision: string
  readonly quantised: boolean
  readonly tensorParallel: number
  readonly machines: number
  readonly replicas: number
  readonly usdPerHour: number
  readonly estimate: string
  readonly ttftSeconds: { readonly p95: number; readonly p99: number } | null
}
type Search = {
  readonly schema: string
  readonly best: Configuration
  readonly why: string
  readonly configurations: readonly Configuration[]
  readonly considered: number
  readonly load: { readonly requests: number; readonly input: number }
}
const json = async (...args: readonly string[]): Promise<Search> => {
  const { code, out, err } = await searched(...args, '--json')
  expect([code, err]).toEqual([0, ''])
  return JSON.parse(out)
}
const rush = fileURLToPath(new URL('../../../../examples/rush.csv', import.meta.url))

describe('capacity without a machine', () => {
  test('finds the cheapest fleet for a rate, simulated, and says why the next one lost', async () => {
    const found = await json('--model', 'llama-3.1-8b', '--requests-per-second', '10', '--precision', 'bf16')
    expect(found).toMatchObject({ schema: 'breakeven/search@1', best: { estimate: 'simulated' } })
    expect(found.considered).toBeGreaterThan(150)
    expect(found.best.ttftSeconds!.p95).toBeLessThanOrEqual(2)
    expect(found.why).toMatch(/^llama-3\.1-8b on \d+ × .*: .*\$\d/)
    const prices = found.configurations.map(({ usdPerHour }) => usdPerHour)
    expect(prices).toEqual([...prices].toSorted((one, other) => one - other))
  })

  test('for the requests of a file, a spare machine beside them, in a precision that is named', async () => {
    const args = [
      rush,
      '--model',
      'llama-3.1-8b',
      '--precision',
      'bf16',
      '--instance',
      'g6.48xlarge',
      '--search',
    ] as const
    const [bare, spared] = [await json(...args), await json(...args, '--spare', '1')]
    expect(bare.load.requests).toBe(5466)
    expect(new Set(bare.configurations.map(({ precision }) => precision))).toEqual(new Set(['bf16']))
    expect(spared.configurations.map(({ machines }) => machines - 1)).toEqual(
      bare.configurations.map(({ machines }) => machines),
    )
  })

  test('what it names is what simulate finds for that machine', async () => {
    const { best } = await json(rush, '--model', 'llama-3.1-8b', '--instance', 'ml.g5.2xlarge', '--search')
    const io = testIo()
    const host = `llama-3.1-8b@${best.instance}/${best.precision}/tp${best.tensorParallel}`
    await runCli(['simulate', rush, '--host', host, '--json'], io)
    expect(JSON.parse(io.out())).toMatchObject({ replicas: best.replicas, sloMet: true })
  })

  test('a table for people: the choice, the next one, what quantised weights cost', async () => {
    const { code, out } = await searched('--model', 'llama-3.1-8b', '--requests-per-second', '20', '--top', '3')
    expect(code).toBe(0)
    expect(out).toMatch(
      /Run llama-3\.1-8b on \d+ × \S+, \S+: \$[\d.]+ an hour, \$[\d.]+ a million tokens at this load\./,
    )
    expect(out).toMatch(/Next: llama-3\.1-8b on .* an hour: .*\./)
    expect(out).toMatch(/as given out, the best is llama-3\.1-8b on \d+ × \S+, bf16/)
    expect(out).not.toMatch(/NaN|Infinity|undefined/)
  })

  test.each([
    [['--model', 'llama-3.1-8b', '--concurrency', '4'], /--concurrency loads one replica/],
    [['--model', 'llama-3.1-8b', '--instance', 'ml.g5.2xlarge', '--spare', '1'], /--spare is about a fleet/],
    [[rush, '--model', 'llama-3.1-8b', '--instance', 'ml.g5.2xlarge'], /files are traffic for a fleet/],
    [[rush, '--model', 'llama-3.1-8b', '--requests-per-second', '3'], /both say what the load is/],
    [['--model', 'llama-3.1-8b', '--region', 'mars-1'], /no machine has a on-demand price in mars-1/],
    [['--model', 'llama-3.1-8b', '--tpot', '0.01ms'], /nothing runs llama-3\.1-8b within the target \(.*\d/],
    [['--model', 'lama-3.1-8b'], /there is no open model "lama-3\.1-8b"/],
  ])('%j: a message and exit 2', async (args, message) => {
    const { code, err } = await searched(...args)
    expect(code).toBe(2)
    expect(err).toMatch(message)
  })
})
