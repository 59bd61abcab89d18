import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { replicaOf } from './candidates.ts'
import { catalogOf, instance, openModel } from './fixtures/economy.ts'
import { poisson } from './fixtures/requests.ts'
import { simulateFleet, type Slo } from './fleet.ts'
import { playHere } from './play.ts'
import { peakRateOf, searching, type SearchQuestion, type SearchResult } from './search.ts'

const slo: Slo = { ttftSeconds: 2, tpotSeconds: 0.1, percentile: 'p95' }
const rate = (usdPerHour: number): ReturnType<typeof instance>['rates'] => [{ ...instance().rates[0]!, usdPerHour }]
const machines = [
  instance({ id: 'one', rates: rate(2) }),
  instance({ id: 'one-dearer', rates: rate(2.4) }),
  instance({ id: 'four', acceleratorCount: 4, rates: rate(6) }),
  instance({ id: 'elsewhere', rates: [{ ...rate(1)[0]!, region: 'eu-west-1' }] }),
]
const catalog = catalogOf([], { instances: machines })
const question = (fields: Partial<SearchQuestion> = {}): SearchQuestion => ({
  catalog,
  model: openModel,
  region: 'us-east-1',
  purchase: 'on-demand',
  on: '2026-01-01',
  slo,
  trace: poisson(3, 3000, 5, 400, 150),
  spare: 0,
  ...fields,
})
const searched = (fields: Partial<SearchQuestion> = {}): SearchResult => playHere(searching(question(fields)))

describe('the search', () => {
  const found = searched()
  const [best] = found.ranked

  test('is the cheapest of all, each tried by hand with as few machines as hold', () => {
    const costs = found.ranked.map(({ deployment, perInstance }) => {
      const replica = replicaOf(catalog, deployment)!
      for (let count = 1; count < 200; count += 1) {
        const fleet = simulateFleet(replica, question().trace, slo, () => count * perInstance)
        if (fleet.fits && fleet.holds) return count * deployment.instance.rates[0]!.usdPerHour
      }
      return Infinity
    })
    expect(best!.usdPerHour).toBeCloseTo(Math.min(...costs), 9)
    expect(best!.estimate).toBe('simulated')
    expect(best!.latencies!.ttft.p95).toBeLessThanOrEqual(slo.ttftSeconds)
  })

  test('looks at every machine of the region, precision and split, and lists the cheapest of a kind', () => {
    const seen = (key: 'instance' | 'precision' | 'tensorParallel'): ReadonlySet<unknown> =>
      new Set(found.ranked.map(({ deployment }) => (key === 'instance' ? deployment.instance.id : deployment[key])))
    expect(seen('instance')).toEqual(new Set(['one', 'four']))
    expect(seen('tensorParallel')).toEqual(new Set([1, 2, 4]))
    // bf16, int8 and int4: the test machine has no fp8.
    expect(seen('precision').size).toBeGreaterThanOrEqual(2)
    expect(found.considered).toBeGreaterThan(found.fitting)
  })

  test('is in order of price and says why the second is not the first', () => {
    const prices = found.ranked.map(({ usdPerHour }) => usdPerHour)
    expect(prices).toEqual([...prices].toSorted((one, other) => one - other))
    expect(found.why).toMatch(/\$\d+\.\d\d an hour/)
  })

  test('a spare machine is paid for, and is not counted on', () => {
    const spared = searched({ spare: 1 })
    const same = spared.ranked.find(({ id }) => id === best!.id)!
    expect(same.machines).toBe(best!.machines + 1)
    expect(same.latencies).toEqual(best!.latencies)
  })

  test('narrowed to a machine, a precision and a split, it is that one', () => {
    const narrow = searched({ instance: machines[2]!, precision: 'bf16', tensorParallel: 2 })
    expect(narrow.ranked.map(({ id }) => id)).toEqual(['hosted:open-8b@four/bf16/tp2/vllm/on-demand'])
    expect(narrow.why).toBeUndefined()
  })

  test('a level that nothing meets leaves reasons with numbers', () => {
    const none = searched({ slo: { ...slo, tpotSeconds: 1e-5 } })
    expect(none.ranked).toEqual([])
    expect(none.ruledOut[0]!.reason).toMatch(/\d/)
  })

  test('the busiest five minutes are the rate it is sized for', () => {
    const calm = Array.from({ length: 60 }, (_, nth) => nth * 60)
    const burst = Array.from({ length: 600 }, (_, nth) => 1200 + nth / 2)
    const at = Float64Array.from([...calm, ...burst].toSorted((one, other) => one - other))
    expect(peakRateOf({ at, input: at, output: at })).toBeCloseTo(605 / 300, 1)
  })

  test('never NaN or endless, whatever comes', () => {
    const lengths = fc.array(fc.integer({ min: 0, max: 150_000 }), { minLength: 1, maxLength: 25 })
    fc.assert(
      fc.property(lengths, fc.constantFrom(0, 3, 1e6), (tokens, gap) => {
        const trace = {
          at: Float64Array.from(tokens, (_, index) => index * gap),
          input: Float64Array.from(tokens),
          output: Float64Array.from(tokens.toReversed(), (value) => value % 500),
        }
        expect(JSON.stringify(searched({ trace }))).not.toMatch(/NaN|null/)
      }),
      { numRuns: 25, seed: 2 },
    )
  })
})
