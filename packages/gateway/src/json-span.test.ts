import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { edited, parseSpan, spansOf } from './json-span.ts'
import { bytes } from './testing/gateway.ts'

/** JSON as people write it: with spaces anywhere between the tokens. */
const spaced = (value: unknown, space: string): string => {
  const gap = (text: string): string => `${space}${text}${space}`
  if (Array.isArray(value)) return gap(`[${value.map((one) => spaced(one, space)).join(',')}]`)
  if (typeof value !== 'object' || value === null) return gap(JSON.stringify(value))
  return gap(
    `{${Object.entries(value)
      .map(([key, one]) => `${gap(JSON.stringify(key))}:${spaced(one, space)}`)
      .join(',')}${space}}`,
  )
}

/** The same bytes in several pieces. */
const cut = (json: Uint8Array, cuts: readonly number[]): Uint8Array[] => {
  const places = [0, ...cuts.map((at) => at % (json.length + 1)).sort((a, b) => a - b), json.length]
  return places.slice(1).map((end, index) => json.subarray(places[index], end))
}

const spaces = fc.constantFrom('', ' ', '\n', ' \t\r\n')
const texts = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.constantFrom('\\', '"', '\\"', '\\\\"', '{', '"}', '][', 'é😀'),
)
const values = fc.letrec((tie) => ({
  value: fc.oneof(
    { maxDepth: 3 },
    fc.double({ noNaN: true, noDefaultInfinity: true }),
    fc.boolean(),
    fc.constant(null),
    texts,
    fc.array(tie('value')),
    tie('object'),
  ),
  object: fc.dictionary(texts, tie('value')),
}))

describe('spansOf', () => {
  it('finds every member of every object, however it is spaced', () => {
    fc.assert(
      fc.property(values.object, spaces, fc.array(fc.nat(500), { maxLength: 6 }), (object, space, cuts) => {
        const json = bytes(spaced(object, space))
        const found = spansOf(cut(json, cuts))?.map(({ key, start, end }) => [
          key,
          Buffer.from(json.subarray(start, end)).toString(),
        ])
        // Against what was written, not against JSON.parse: V8 13.6 reads the key "\"" wrongly behind some others.
        expect(found).toEqual(Object.entries(object).map(([key, value]) => [key, spaced(value, space).trim()]))
      }),
      { numRuns: 1000 },
    )
  })

  it('agrees with JSON.parse, of two members with one name by the last', () => {
    const keys = fc.array(fc.constantFrom('a', 'b', 'model', '\n', 'é'), { maxLength: 6 })
    fc.assert(
      fc.property(keys, fc.array(values.value, { minLength: 6, maxLength: 6 }), (names, members) => {
        const json = `{${names.map((name, index) => `${JSON.stringify(name)}:${JSON.stringify(members[index])}`).join(',')}}`
        const found = (spansOf([bytes(json)]) ?? []).map(({ key, start, end }) => [
          key,
          parseSpan([bytes(json)], start, end),
        ])
        expect(Object.fromEntries(found)).toEqual(JSON.parse(json))
      }),
      { numRuns: 500 },
    )
  })

  it('takes no text for an object that JSON.parse takes for none, where the flaw is not inside a value', () => {
    for (const text of [
      '',
      ' ',
      '[]',
      '"a"',
      'null',
      '1',
      '{',
      '{"a"',
      '{"a":',
      '{"a":1',
      '{"a":1,',
      '{"a":1,}',
      '{,}',
      '{a:1}',
      '{"a" 1}',
      '{"a":1 "b":2}',
      '{"a":"b}',
      '{"a":[}',
      '{}x',
      '{} {}',
      '{"a":1}}',
      '\uFEFF{}',
      '{"\\x":1}',
    ])
      expect([text, spansOf([bytes(text)])]).toEqual([text, undefined])
  })

  it('knows a key by its meaning, not by its spelling', () => {
    expect(spansOf([bytes('{"mod\\u0065l":"x"}')])?.[0]?.key).toBe('model')
  })

  it('is over in linear time where quotes and backslashes are many', () => {
    const hostile = bytes(`{"a":"${'\\\\'.repeat(500_000)}${'\\"'.repeat(500_000)}","b":1}`)
    const started = performance.now()
    expect(spansOf([hostile])?.map(({ key }) => key)).toEqual(['a', 'b'])
    expect(performance.now() - started).toBeLessThan(1000)
  })

  it('goes as deep as anybody likes', () => {
    const deep = bytes(`{"a":${'['.repeat(1_000_000)}${']'.repeat(1_000_000)},"b":1}`)
    expect(spansOf([deep])?.map(({ key }) => key)).toEqual(['a', 'b'])
  })
})

describe('edited', () => {
  it('changes the named bytes and no others', () => {
    const json = bytes('{"a":1,"b":"é","c":3}')
    const [a, b, c] = spansOf([json])!
    const edits = [
      { start: c!.start, end: c!.end, text: '33' },
      { start: a!.at, end: a!.at, text: '"x":0,' },
      { start: b!.start, end: b!.end, text: '"ö"' },
    ]
    expect(Buffer.concat(edited(cut(json, [3, 9]), edits)).toString()).toBe('{"x":0,"a":1,"b":"ö","c":33}')
    const whole = [json]
    expect(edited(whole, [])).toBe(whole)
  })
})
