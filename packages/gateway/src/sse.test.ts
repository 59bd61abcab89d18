import fc from 'fast-check'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { meterEvents } from './meter.ts'
import { eventFilter, tailOf } from './sse.ts'
import { bytes } from './testing/gateway.ts'

const event = (value: unknown, end = '\n\n'): string => `data: ${JSON.stringify(value)}${end}`
const USAGE = { prompt_tokens: 12, completion_tokens: 34, total_tokens: 46 }
const word = (content: string, more: object = {}): object => ({
  id: 'x',
  choices: [{ index: 0, delta: { content } }],
  usage: null,
  ...more,
})
const usageEvent = { id: 'x', choices: [], usage: USAGE }

/** What comes out when the text comes in pieces cut at these places. */
const passed = (text: string, cuts: readonly number[] = [], withholds = true): string => {
  const whole = Buffer.from(text)
  const filter = eventFilter(withholds)
  const out: Uint8Array[] = []
  let from = 0
  for (const cut of [...cuts.map((at) => at % (whole.length + 1)).sort((a, b) => a - b), whole.length]) {
    out.push(filter.take(whole.subarray(from, cut)))
    from = cut
  }
  return Buffer.concat([...out, filter.rest()]).toString()
}

describe('eventFilter', () => {
  const before = event(word('a')) + ': still there\n\n' + event(word('say \\"usage\\": {"choices":[]}'))
  const after = 'data: [DONE]\n\n'

  it('leaves out the usage and passes every other byte, cut anywhere', () => {
    const ends = fc.constantFrom('\n\n', '\r\n\r\n')
    fc.assert(
      fc.property(fc.array(fc.nat(2000), { maxLength: 12 }), ends, (cuts, end) => {
        const [head, usage, tail] = [before, event(usageEvent), after].map((text) => text.replaceAll('\n\n', end))
        expect(passed(`${head}${usage}${tail}`, cuts)).toBe(`${head}${tail}`)
      }),
      { numRuns: 500 },
    )
  })

  it('passes all of any bytes where there is no usage to leave out, and all of them where the client asked', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 300 }), fc.array(fc.nat(300)), (text, cuts) => {
        const utf8 = Buffer.from(text).toString()
        expect(passed(utf8, cuts)).toBe(utf8)
      }),
      { numRuns: 500 },
    )
    expect(passed(before + event(usageEvent) + after, [5, 50, 500], false)).toBe(before + event(usageEvent) + after)
  })

  it('keeps a usage that comes with a choice, one that is null, and one of another kind of event', () => {
    for (const kept of [
      word('a', { usage: USAGE }),
      { choices: [], usage: null },
      { usage: USAGE },
      { choices: [], other: { usage: USAGE } },
    ])
      expect(passed(event(kept) + after)).toBe(event(kept) + after)
  })

  it('finds the usage as any server spaces it, and with a name for the event', () => {
    for (const spacing of [
      '{"choices": [], "usage": {"prompt_tokens": 1}}',
      '{"usage" : { "prompt_tokens" :1},"choices":[ ]}',
    ])
      expect(passed(`data: ${spacing}\n\n${after}`)).toBe(after)
    expect(passed(`event: message\nid: 3\ndata:${JSON.stringify(usageEvent)}\n\n${after}`)).toBe(after)
    expect(passed(`data: {"choices":[],\ndata: "usage":{}}\n\n${after}`)).toBe(after)
  })

  it('holds back no whole event: what has come is passed on at once', () => {
    const filter = eventFilter(true)
    expect(Buffer.from(filter.take(bytes(event(word('a'))))).toString()).toBe(event(word('a')))
    expect(filter.take(bytes('data: {"cho'))).toHaveLength(0)
  })

  it('does not gather an event that has no end', () => {
    const filter = eventFilter(true)
    const piece = bytes('x'.repeat(16 * 1024))
    const out = Array.from({ length: 100 }, () => filter.take(piece).length)
    expect(out.reduce((sum, length) => sum + length, 0) + filter.rest().length).toBe(100 * piece.length)
    expect(Math.max(...out)).toBeLessThanOrEqual(64 * 1024 + piece.length)
  })
})

describe('the tail of a stream', () => {
  afterEach(() => vi.restoreAllMocks())

  const metered = (pieces: readonly string[]): ReturnType<typeof meterEvents> => {
    const tail = tailOf()
    for (const piece of pieces) tail.keep(bytes(piece))
    return meterEvents(tail.events())
  }

  it('has the usage of a stream of any length', () => {
    const words = Array.from({ length: 5000 }, () => event(word('word')))
    expect(metered([...words, event(usageEvent), 'data: [DONE]\n\n'])).toEqual({
      usage: { freshInput: 12, output: 34 },
      isError: false,
    })
  })

  it('is all that is ever parsed: one event of a hundred', () => {
    const parse = vi.spyOn(JSON, 'parse')
    const filter = eventFilter(true)
    const tail = tailOf()
    for (const text of [...Array.from({ length: 100 }, () => event(word('word'))), 'data: [DONE]\n\n']) {
      const piece = bytes(text)
      tail.keep(piece)
      filter.take(piece)
    }
    expect(parse).not.toHaveBeenCalled()
    const last = bytes(event(usageEvent))
    tail.keep(last)
    filter.take(last)
    expect(meterEvents(tail.events()).usage).toEqual({ freshInput: 12, output: 34 })
    // Once to leave it out, once to meter it.
    expect(parse).toHaveBeenCalledTimes(2)
  })

  it('takes the last usage of a server that reports it as it goes', () => {
    const going = (output: number): string =>
      event(word('a', { usage: { prompt_tokens: 5, completion_tokens: output } }))
    expect(metered([going(1), going(2), going(3)]).usage).toEqual({ freshInput: 5, output: 3 })
  })

  it('knows an error from a text about one', () => {
    expect(metered([event(word('{"error":{}}'))]).isError).toBe(false)
    expect(metered([event(word('a')), event({ error: { message: 'out of memory', code: 500 } })]).isError).toBe(true)
  })

  it('reports nothing where nothing is reported, and no nonsense', () => {
    expect(metered([event(word('a')), 'data: [DONE]\n\n'])).toEqual({ usage: {}, isError: false })
    for (const tokens of [-1, 1.5, 1e300, '12x', {}, null])
      expect(metered([event({ choices: [], usage: { prompt_tokens: tokens } })]).usage).toEqual({})
  })
})
