import { existsSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

import { describe, expect, test } from 'vitest'

import { runCli } from '../app.ts'
import { testIo } from '../test-io.ts'
import { arrivals } from './arrivals.ts'
import { clockText, roundMoments, timelineOf } from './timeline.ts'

const folder = mkdtempSync(join(tmpdir(), 'breakeven-simulate-'))
const fileWith = (name: string, text: string): string => {
  writeFileSync(join(folder, name), text)
  return join(folder, name)
}

/** Two hours of requests: one every 4 seconds, then three every second. */
const busy = fileWith(
  'busy.csv',
  [
    'TIMESTAMP,ContextTokens,GeneratedTokens',
    ...Array.from({ length: 900 }, (_, nth) => nth * 4),
    ...Array.from({ length: 10_800 }, (_, nth) => 3600 + nth / 3),
  ]
    .map((row) =>
      typeof row === 'string'
        ? row
        : `${new Date(Date.UTC(2023, 10, 16, 18) + row * 1000).toISOString().replace('T', ' ').replace('Z', '0000')},800,150`,
    )
    .join('\n'),
)

const simulated = async (...args: string[]): Promise<{ code: number; out: string; err: string }> => {
  const io = testIo()
  const code = await runCli(['simulate', ...args], io)
  return { code, out: io.out(), err: io.err() }
}
const HOST = ['--host', 'llama-3.1-8b@ml.g5.2xlarge']

describe('breakeven simulate', () => {
  test('JSON: the fewest replicas that hold the target, and not one less', async () => {
    const { code, out } = await simulated(busy, ...HOST, '--json', '--tpot', '50ms')
    expect(code).toBe(0)
    const { schema, requests, replicas, sloMet, ttftSeconds } = JSON.parse(out)
    expect([schema, requests, sloMet]).toEqual(['breakeven/simulation@1', 11_700, true])
    expect(ttftSeconds.p95).toBeLessThan(2)
    expect(replicas).toBeGreaterThan(1)
    const fewer = await simulated(busy, ...HOST, '--json', '--tpot', '50ms', '--replicas', `${replicas - 1}`)
    expect(JSON.parse(fewer.out).sloMet).toBe(false)
  })

  test('reads files as compare does: by the order of day and month that is named', async () => {
    const file = fileWith(
      'days.csv',
      'date,input_tokens,output_tokens\n01/10/2026 08:00:01,800,150\n02/10/2026 08:00:01,800,150\n',
    )
    const spanHours = async (...more: string[]): Promise<number> =>
      JSON.parse((await simulated(file, ...HOST, '--json', '--replicas', '1', ...more)).out).replicaHours
    expect(
      (await spanHours('--date-order', 'month-first')) / (await spanHours('--date-order', 'day-first')),
    ).toBeGreaterThan(20)
  })

  test('a base that takes only so many at a time: the rest goes over, and what stays holds', async () => {
    const base = async (
      ...more: string[]
    ): Promise<{ sloMet: boolean; overflow: { callsOver: number; atOnce: number } }> =>
      JSON.parse((await simulated(busy, ...HOST, '--json', '--tpot', '50ms', '--replicas', '1', ...more)).out)
    const most = await base('--at-once', 'most')
    expect(most.overflow.callsOver).toBeGreaterThan(0.2)
    expect(most.overflow.atOnce).toBeGreaterThan(3)
    expect((await base('--at-once', '2')).overflow.callsOver).toBeGreaterThan(most.overflow.callsOver)
    expect((await base()).overflow).toBeUndefined()
    const { out } = await simulated(busy, ...HOST, '--replicas', '1', '--at-once', 'most')
    expect(out).toMatch(/each takes at most \d+ requests at a time; \d+ % of calls/)
    expect(out).toContain('to the renter or turned away, a second')
    const { code, err } = await simulated(busy, ...HOST, '--at-once', 'most')
    expect([code, err]).toEqual([2, expect.stringContaining('--at-once is for a base of so many replicas')])
  })

  test('by the hour: fewer replica-hours than all the time', async () => {
    const hours = async (how: string): Promise<number> =>
      JSON.parse((await simulated(busy, ...HOST, '--json', '--tpot', '50ms', '--replicas', how)).out).replicaHours
    expect(await hours('hourly')).toBeLessThan(await hours('fixed'))
  })

  test('a table and a drawing over time; the same as a picture', async () => {
    const chart = join(folder, 'day.svg')
    const { out, err } = await simulated(busy, ...HOST, '--chart', chart)
    expect(out).toContain('11,700 requests in 2 hours')
    for (const title of ['requests a second', 'first token, p50 and p95', 'waiting for a first token', 'replicas'])
      expect(out).toContain(title)
    expect(out).toContain('18:00')
    expect(out).not.toMatch(/NaN|Infinity|undefined/)
    expect(err).toContain('chart written to')
    const svg = readFileSync(chart, 'utf8')
    expect(svg).toMatch(/^<svg .*<\/svg>$/s)
    expect(svg).not.toMatch(/NaN|Infinity|undefined/)
  })

  test('one request, or all in one second, is drawn too', async () => {
    const row = '2023-11-16 18:00:00.0000000,100,10'
    const one = fileWith('one.csv', `TIMESTAMP,ContextTokens,GeneratedTokens\n${row}\n${row}\n`)
    const { code, out } = await simulated(one, ...HOST)
    expect(code).toBe(0)
    expect(out).not.toMatch(/NaN|Infinity|undefined/)
  })

  test('a target that no fleet meets is an answer, with the numbers', async () => {
    const { code, out } = await simulated(busy, ...HOST, '--tpot', '1ms')
    expect(code).toBe(0)
    expect(out).toMatch(/no fleet does it: .* the target is/)
    expect(JSON.parse((await simulated(busy, ...HOST, '--tpot', '1ms', '--json')).out)).toMatchObject({
      sloMet: false,
      replicas: null,
    })
  })

  test.each([
    ['no machine', ['--host', 'llama-3.1-8b'], 'needs a model and a machine'],
    ['an unknown machine', ['--host', 'llama-3.1-8b@ml.g5.3xlarge'], 'there is no machine'],
    ['a strange number', [...HOST, '--replicas', 'many'], 'is no number of replicas'],
    ['a strange picture', [...HOST, '--chart', join(folder, 'x.jpg')], 'a picture is .svg or .png'],
  ])('%s is exit 2', async (_name, args, message) => {
    const { code, out, err } = await simulated(busy, ...args)
    expect([code, out]).toEqual([2, ''])
    expect(err).toContain(message)
  })

  // Azure's public conversations of 2023 (CC-BY 4.0); not carried, checked where at hand.
  const azure = fileURLToPath(new URL('../../../../../shared/traces/azure-2023-conv.csv', import.meta.url))
  test.skipIf(!existsSync(azure))('an hour of Azure conversations: a fleet is named and its target holds', async () => {
    const { out } = await simulated(azure, ...HOST, '--json')
    expect(JSON.parse(out)).toMatchObject({ requests: 19_366, rejected: 0, sloMet: true, replicas: 7 })
  })
})

describe('arrivals', () => {
  const usage = { freshInput: 100, output: 10 }
  test('calls as they came, sums spread over their time, the rest counted', () => {
    const { add, done } = arrivals()
    add({ kind: 'call', at: 50, status: 'ok', task: 'generate', usage })
    add({ kind: 'call', at: 40, status: 'error', task: 'generate', usage })
    add({ kind: 'bucket', from: 0, to: 100, task: 'generate', requests: 2, usage: { freshInput: 400, output: 20 } })
    add({ kind: 'bucket', from: 0, to: 100, task: 'generate', usage })
    const { requests, spread, left } = done()
    expect([[...requests.at], [...requests.input], [...requests.output]]).toEqual([
      [25, 50, 75],
      [200, 100, 200],
      [10, 10, 10],
    ])
    expect([spread, left]).toEqual([1, 2])
  })

  test('prefix blocks: their size is the power of two that covers every prompt', () => {
    const { add, done } = arrivals()
    const call = (input: number, prefixBlocks: readonly number[]): void =>
      add({
        kind: 'call',
        at: 0,
        status: 'ok',
        task: 'generate',
        usage: { freshInput: input, output: 1 },
        prefixBlocks,
      })
    // 1,300 tokens in 3 blocks: more than 433 each; 512 would be 3 blocks, 256 would be 6.
    call(1300, [1, 2, 3])
    call(600, [1, 2])
    expect(done().requests.prefixes).toMatchObject({ blockTokens: 512 })
  })
})

describe('timelineOf', () => {
  const requests = { at: Float64Array.of(0, 10), input: Float64Array.of(9, 9), output: Float64Array.of(3, 1) }
  const outcome = {
    firstAt: Float64Array.of(5, 11),
    endAt: Float64Array.of(9, 11),
    rejected: Uint8Array.of(0, 0),
  }

  test('figures of a request stand where it came, waiting where it waited', () => {
    const { moments, stepSeconds } = timelineOf(requests, { outcome }, () => 2, 2)
    expect(stepSeconds).toBe(5)
    // The first waits all of the first stretch and gives two more tokens in 4 seconds.
    expect(moments[0]).toEqual({
      fromAt: 0,
      requestsPerSecond: 0.2,
      ttft: { p50: 5, p95: 5 },
      tpot: { p50: 2, p95: 2 },
      waiting: 1,
      replicas: 2,
      leftPerSecond: 0,
    })
    // The last one's moment is the end of the time: it counts in the last stretch, and waits beyond it.
    expect(moments[1]).toMatchObject({ ttft: { p50: 1, p95: 1 }, waiting: 0 })
    expect(moments[1]).not.toHaveProperty('tpot')
  })

  test.each([
    [0, 3600, '01:00'],
    [0, 90, '00:01:30'],
    [Date.UTC(2023, 10, 16, 18) / 1000, 3600, '19:00'],
  ])('a clock from %d s, %d s later: %s', (startAt, later, text) => {
    const [moment] = timelineOf(requests, { outcome }, () => 1, 1).moments
    const moments = moment === undefined ? [] : [moment]
    expect(clockText(startAt + later, { startAt, stepSeconds: later, moments })).toBe(text)
  })
})

describe('round moments', () => {
  const day = Date.UTC(2026, 10, 18) / 1000
  const clocks = (startAt: number, seconds: number): readonly string[] => {
    const moments = timelineOf(
      { at: Float64Array.of(startAt, startAt + seconds), input: Float64Array.of(1, 1), output: Float64Array.of(1, 1) },
      { outcome: { firstAt: Float64Array.of(0, 0), endAt: Float64Array.of(0, 0), rejected: Uint8Array.of(1, 1) } },
      () => 1,
      100,
    )
    return roundMoments(moments).map((at) => clockText(at, moments))
  }
  test.each([
    [
      'a day from a moment after midnight',
      day + 0.4,
      86_399,
      ['00:00', '03:00', '06:00', '09:00', '12:00', '15:00', '18:00', '21:00', '00:00'],
    ],
    ['half an hour from 12:45', day + 45_900, 1800, ['12:45', '12:50', '12:55', '13:00', '13:05', '13:10', '13:15']],
    ['ten minutes of a trace without a clock', 3, 600, ['00:00', '00:02', '00:04', '00:06', '00:08', '00:10']],
    ['five days', day, 5 * 86_400, ['11-18', '11-19', '11-20', '11-21', '11-22', '11-23']],
  ])('%s', (_, startAt, seconds, expected) => {
    expect(clocks(startAt, seconds)).toEqual(expected)
  })
})
