import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { accelerators, engines, models, replica } from './fixtures/hardware.ts'
import type { Replica } from './model.ts'
import { type LiveReplica, liveReplica, type LiveTokens } from './replica-live.ts'
import { simulate } from './replica.ts'

const anyReplica = fc.constantFrom<Replica>(
  replica(),
  replica({ engine: engines.v0 }),
  replica({ model: models.gptOss_20b, precision: 'int4', engine: { ...engines.vllm, maxSequences: 8 } }),
  // Little cache beside the weights: requests wait, and are preempted.
  replica({ engine: { ...engines.vllm, memoryShare: 0.81 } }),
  replica({ model: models.flanUl2, engine: engines.seq2seq, precision: 'int8' }),
  replica({ model: models.bertBase, engine: engines.eager }),
)

type Sent = { readonly gap: number; readonly input: number; readonly output: number; readonly cancelledAfter?: number }

const anyTraffic = (cancelled: fc.Arbitrary<number | undefined>): fc.Arbitrary<readonly Sent[]> =>
  fc.array(
    fc
      .record({
        gap: fc.oneof(fc.constant(0), fc.double({ min: 0, max: 0.5, noNaN: true })),
        input: fc.oneof(fc.integer({ min: 0, max: 40 }), fc.integer({ min: 0, max: 5000 })),
        output: fc.oneof(fc.integer({ min: 0, max: 3 }), fc.integer({ min: 0, max: 400 })),
        cancelledAfter: cancelled,
      })
      .map(({ cancelledAfter, ...sent }) => (cancelledAfter === undefined ? sent : { ...sent, cancelledAfter })),
    { minLength: 1, maxLength: 60 },
  )

const live = (one: Replica, input = 800, output = 200): LiveReplica => {
  const found = liveReplica(one, { input, output }, 100)
  if (!found.fits) throw new Error(found.reason)
  return found
}

const meanOf = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length

describe('a replica that runs while requests come', () => {
  it('gives every token when the simulation of the same requests does', () => {
    fc.assert(
      fc.property(anyReplica, anyTraffic(fc.constant(undefined)), (one, sent) => {
        let at = 1000
        const arrivals = sent.map(({ gap }) => (at += gap))
        // Every other prompt begins as some others of like length do.
        const { blockTokens } = one.engine
        const blocks = sent.map(({ input }, index) =>
          index % 2 === 0
            ? undefined
            : Array.from({ length: Math.floor(input / blockTokens) }, (_, block) => block + 1000 * (input % 3)),
        )
        const requests = {
          at: Float64Array.from(arrivals),
          input: Float64Array.from(sent, ({ input }) => input),
          output: Float64Array.from(sent, ({ output }) => output),
          prefixes: { blocks, blockTokens },
        }
        const simulated = simulate(one, requests)
        if (!simulated.fits) throw new Error(simulated.reason)
        const running = live(one, meanOf(sent.map(({ input }) => input)), meanOf(sent.map(({ output }) => output)))
        const told: LiveTokens[] = []
        const numbers = sent.map(({ input, output }, index) => {
          told.push(...running.advance(arrivals[index] ?? 0))
          return running.enter(arrivals[index] ?? 0, input, output, blocks[index])
        })
        told.push(...running.advance(Infinity))
        for (const [index, number] of numbers.entries()) {
          const mine = told.filter(({ request }) => request === number)
          expect(number === 'too long').toBe(simulated.rejected[index] === 1)
          if (number === 'too long') continue
          expect(mine.reduce((sum, { tokens }) => sum + tokens, 0)).toBe(Math.max(1, sent[index]?.output ?? 0))
          expect(mine[0]?.at).toBeCloseTo(simulated.firstAt[index] ?? NaN, 8)
          expect(mine.at(-1)?.at).toBeCloseTo(simulated.endAt[index] ?? NaN, 8)
          expect(mine.map(({ last }) => last).indexOf(true)).toBe(mine.length - 1)
        }
      }),
      { numRuns: 60 },
    )
  })

  it('frees what a caller held who has gone: then one alone is served as by a new replica', () => {
    fc.assert(
      fc.property(
        anyReplica,
        anyTraffic(fc.option(fc.double({ min: 0, max: 2, noNaN: true }), { nil: undefined })),
        (one, sent) => {
          const running = live(one)
          let at = 0
          const due: { readonly at: number; readonly request: number }[] = []
          const cancelUntil = (until: number): void => {
            for (const cancelled of due
              .sort((a, b) => a.at - b.at)
              .splice(0, due.filter((each) => each.at <= until).length)) {
              running.advance(cancelled.at)
              running.cancel(cancelled.request)
              // Twice is once.
              running.cancel(cancelled.request)
            }
          }
          for (const { gap, input, output, cancelledAfter } of sent) {
            at += gap
            cancelUntil(at)
            running.advance(at)
            const request = running.enter(at, input, output)
            if (typeof request === 'number' && cancelledAfter !== undefined)
              due.push({ at: at + cancelledAfter, request })
          }
          cancelUntil(Infinity)
          running.advance(Infinity)
          expect([running.outstanding(), running.nextAt()]).toEqual([0, Infinity])
          // All of the cache, as far as the context goes: a block that was not given back would keep it waiting for ever.
          const output = 4
          const most = Math.min(running.kvTokens || Infinity, one.model.contextTokens) - output
          const input = one.model.kind === 'decoder' ? most : Math.min(100, most)
          const later = at + 10_000
          const [again, fresh] = [running, live(one)].map((each) => {
            each.enter(later, input, output)
            return each.advance(Infinity).map(({ at: tokenAt, tokens, last }) => ({ at: tokenAt, tokens, last }))
          })
          expect(again).toEqual(fresh)
          expect(again?.at(-1)?.last).toBe(true)
        },
      ),
      { numRuns: 60 },
    )
  })

  it('turns away what is longer than the cache, and what comes when all places are taken', () => {
    const found = liveReplica(replica(), { input: 10, output: 10 }, 2)
    if (!found.fits) throw new Error(found.reason)
    expect(found.enter(0, found.kvTokens + 1, 1)).toBe('too long')
    expect([found.enter(0, 10, 10), found.enter(0, 10, 10), found.enter(0, 10, 10)]).toEqual([1, 2, 'full'])
    found.advance(Infinity)
    expect(found.enter(100, 10, 10)).toBe(3)
  })

  it('says why a model does not fit', () => {
    expect(liveReplica(replica({ accelerator: accelerators.T4 }), { input: 1, output: 1 })).toMatchObject({
      fits: false,
    })
  })
})
