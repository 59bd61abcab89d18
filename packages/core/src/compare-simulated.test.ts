import { describe, expect, test } from 'vitest'
import { replicaOf } from './candidates.ts'
import { compare, comparing } from './compare.ts'
import type { Comparison, PricedOption } from './comparison.ts'
import { type Conditions, DEFAULT_CONDITIONS } from './conditions.ts'
import { InputError } from './error.ts'
import { apiModel, catalogOf, deployment, instance, price } from './fixtures/economy.ts'
import { poisson } from './fixtures/requests.ts'
import { simulateFleet, type Slo } from './fleet.ts'
import { workloadFromNumbers } from './numbers.ts'
import { playHere } from './play.ts'
import type { Requests } from './replica-terms.ts'
import { summarizer } from './summarize.ts'
import type { Workload } from './workload.ts'

const since = { from: '2024-01-01' }
const renter = apiModel('together/open-8b', [price(5, 20, since)], { openModel: 'open-8b' })
const dear = apiModel('openai/dear', [price(20, 60, since)])
const cheap = instance({ id: 'cheap', service: 'own' })
const costly = instance({
  id: 'costly',
  service: 'own',
  rates: [{ ...instance().rates[0]!, usdPerHour: 3 }],
})
const catalog = catalogOf([renter, dear], { instances: [cheap, costly] })
const slo: Slo = { ttftSeconds: 2, tpotSeconds: 0.1, percentile: 'p95' }

const start = Date.parse('2025-06-02T00:00:00Z') / 1000
const workloadOf = ({ at, input, output }: Requests): Workload => {
  const { add, done } = summarizer({ edges: [] })
  for (const [index, moment] of at.entries())
    add({
      kind: 'call',
      at: moment,
      status: 'ok',
      task: 'generate',
      usage: { freshInput: input[index]!, output: output[index]! },
    })
  return done()
}
const from = (requests: Requests): Requests => ({ ...requests, at: requests.at.map((at) => at + start) })

/** Half a minute of 180 requests in every half hour of a day, and a trickle between: five minutes look calm, and are not. */
const bursts = ((): Requests => {
  const rows: number[] = []
  for (let burst = 0; burst < 48; burst += 1)
    for (let nth = 0; nth < 180; nth += 1) rows.push(burst * 1800 + 600 + nth / 6)
  for (let nth = 0; nth < 1440; nth += 1) rows.push(nth * 60 + 7)
  rows.sort((one, other) => one - other)
  return from({
    at: Float64Array.from(rows),
    input: new Float64Array(rows.length).fill(900),
    output: new Float64Array(rows.length).fill(150),
  })
})()

const conditions = (fields: Partial<Conditions> = {}): Conditions => ({
  ...DEFAULT_CONDITIONS,
  on: '2026-01-01',
  estimate: 'simulated',
  host: [{ model: 'open-8b' }],
  ...fields,
})
const best = ({ options }: Comparison, kind: PricedOption['kind']): PricedOption =>
  options.find((option) => option.kind === kind)!

describe('a fleet is kept only if its target holds on the traffic itself', () => {
  const simulated = compare(catalog, workloadOf(bursts), conditions(), bursts)
  const hosted = best(simulated, 'hosted')

  test('bursts inside the five minutes that a rate is taken over ask for more, and the receipt says so', () => {
    expect(simulated.estimate).toBe('simulated')
    const { played, replicas } = hosted
    expect(played!.replicas).toBeGreaterThan(played!.sizedReplicas)
    expect(replicas!.max).toBe(played!.replicas)
    expect(hosted.notes.join('\n')).toMatch(
      /the rate of one replica asks for \d+, which missed the target when the traffic as it came .* was played; with \d+ replicas p95 is/,
    )
    const machineHours = hosted.lines.find(({ unit }) => unit === 'instance-hours')!
    expect(machineHours.quantity).toBeCloseTo(24 * played!.replicas, 6)
    const { requestsPerDay } = simulated.workload
    for (const near of [0.95, 1, 1.05]) expect(hosted.curve.at(near * requestsPerDay!)).toBeCloseTo(hosted.usdPerDay, 0)
  })

  test('played again by hand, it holds with so many and not with what the rate asked for', () => {
    const replica = replicaOf(catalog, deployment({ instance: cheap }))!
    const holds = [hosted.played!.sizedReplicas, hosted.played!.replicas].map((replicas) => {
      const fleet = simulateFleet(replica, bursts, slo, () => replicas)
      return fleet.fits && fleet.holds
    })
    expect(holds).toEqual([false, true])
  })

  test('the next best is named with its price and the reason', () => {
    expect(hosted.runnerUp).toMatchObject({
      id: expect.stringContaining('@costly/'),
      why: expect.stringMatching(/as many machines do, at \$3\.00 an hour each in place of \$2\.00/),
    })
    expect(hosted.runnerUp!.usdPerDay).toBeGreaterThan(hosted.usdPerDay)
    expect(
      best(compare(catalog, workloadOf(bursts), conditions({ estimate: 'closed-form' })), 'hosted').runnerUp?.id,
    ).toBe(hosted.runnerUp!.id)
  })

  test('by the hour: what the hours of the trace are paid for, warm-up and delay included', () => {
    const hourly = best(compare(catalog, workloadOf(bursts), conditions({ replicas: 'hourly' }), bursts), 'hosted')
    expect(hourly.replicas!.mean).toBeLessThanOrEqual(hosted.replicas!.mean + 1)
    expect(hourly.played!.ttftSeconds.p95).toBeLessThanOrEqual(2)
  })

  test('what fewer bits would save is said, and not chosen', () => {
    const many = workloadFromNumbers({ requestsPerDay: 800_000, inputTokens: 300, outputTokens: 300 }, [])
    const option = best(compare(catalog, many, conditions()), 'hosted')
    expect(option.id).toMatch(/\/bf16\//)
    const note = option.notes.find((text) => text.startsWith('in fewer bits'))!
    const [, usd] = /at \$([\d.]+) a day by formula \(--precision int[48]\)/.exec(note)!
    expect(Number(usd)).toBeLessThan(0.9 * option.usdPerDay)
    const named = compare(catalog, many, conditions({ precision: 'bf16' }))
    expect(best(named, 'hosted').notes.join(' ')).not.toContain('in fewer bits')
  })

  test('without rows, the minutes are played; of numbers, the day that is assumed', () => {
    const on = (workload: Workload): string | undefined =>
      best(compare(catalog, workload, conditions()), 'hosted').played?.on
    expect(on(workloadOf(bursts))).toBe('minutes')
    expect(on(workloadFromNumbers({ requestsPerDay: 50_000, inputTokens: 900, outputTokens: 150 }, []))).toBe('assumed')
  })

  test('in rounds done elsewhere it is the same comparison', () => {
    const bare = ({ options }: Comparison): unknown => options.map(({ curve: _curve, ...option }) => option)
    expect(bare(playHere(comparing(catalog, workloadOf(bursts), conditions(), bursts)))).toEqual(bare(simulated))
  })

  test.each([
    [
      'a prompt longer than the cache',
      3,
      500_000,
      10,
      /its context is 131,072 tokens: 100\.0 % of requests are longer \(to 500,010\)/,
    ],
    ['all in one second', 400, 3000, 400, /"usdPerDay":\d/],
    ['no completion', 50, 500, 0, /"usdPerDay":\d/],
  ])('%s: a price or a reason with numbers, never NaN', (_, count, input, output, says) => {
    const requests = from({
      at: new Float64Array(count),
      input: new Float64Array(count).fill(input),
      output: new Float64Array(count).fill(output),
    })
    const workload = workloadOf(requests)
    const found = ((): Comparison | string => {
      try {
        return compare(catalog, workload, conditions({ host: [], class: 'medium' }), requests)
      } catch (error) {
        if (error instanceof InputError) return error.message
        throw error
      }
    })()
    expect(JSON.stringify(found)).toMatch(says)
    expect(JSON.stringify(found)).not.toMatch(/NaN|Infinity/)
  })
})

describe('a hybrid is what was seen when its day was played', () => {
  // A crowd of an hour in a calm day: own machines for the calm, and the rest over.
  const calm = poisson(1, 40_000, 0.35, 900, 150)
  const crowd = poisson(2, 10_800, 3, 900, 150)
  const rows = [...calm.at.filter((at) => at < 86_400), ...crowd.at.filter((at) => at < 3600).map((at) => at + 40_000)]
  const day = from({
    at: Float64Array.from(rows.toSorted((one, other) => one - other)),
    input: new Float64Array(rows.length).fill(900),
    output: new Float64Array(rows.length).fill(150),
  })
  const compared = compare(catalog, workloadOf(day), conditions({ host: [{ instance: 'cheap' }] }), day)
  const hybrid = best(compared, 'hybrid')

  test('it beats either side, and stands beside them with its shares and its p95', () => {
    const [own, rented] = [best(compared, 'hosted'), compared.options.find(({ id }) => id === 'api:together/open-8b')!]
    expect(hybrid.usdPerDay).toBeLessThan(0.98 * Math.min(own.usdPerDay, rented.usdPerDay))
    const seen = hybrid.playedHybrid!
    expect(seen).toMatchObject({
      on: 'rows',
      ownAloneUsdPerDay: own.usdPerDay,
      renterAloneUsdPerDay: rented.usdPerDay,
      renter: 'api:together/open-8b',
    })
    expect(seen.machines).toBeLessThan(own.replicas!.max)
    expect(seen.callsOver).toBeGreaterThan(0)
    expect(seen.callsOver).toBeLessThan(0.5)
    expect(seen.ownTtftSeconds.p95).toBeLessThanOrEqual(2)
    expect(seen.ownTpotSeconds.p95).toBeLessThanOrEqual(0.1)
    expect(hybrid.notes.join('\n')).toMatch(
      /at most \d+ requests at a time.*goes to the renter at once: [\d.]+ % of calls/,
    )
  })

  test('its receipt adds up, and the renter is paid for the tokens that went over', () => {
    const seen = hybrid.playedHybrid!
    expect(hybrid.lines.reduce((sum, { usd }) => sum + usd, 0)).toBeCloseTo(hybrid.usdPerDay, 2)
    expect(hybrid.curve.at(compared.workload.requestsPerDay!)).toBeCloseTo(hybrid.usdPerDay, 6)
    const over = hybrid.lines.find(({ item }) => item === 'overflow: output')!
    const perDay = compared.workload.tokensPerDay.output / 1e6
    expect(over.quantity).toBeCloseTo(seen.outputTokensOver * perDay, 9)
  })

  test('no other number of machines that was played is cheaper, and both neighbours were', () => {
    const { tried, machines } = hybrid.playedHybrid!
    const own = tried.find((one) => one.machines === machines)!
    expect(tried.every(({ usdPerDay }) => usdPerDay >= own.usdPerDay)).toBe(true)
    expect(tried.map((one) => one.machines)).toEqual(expect.arrayContaining([machines, machines + 1]))
  })
})
