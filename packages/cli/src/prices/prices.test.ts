import { describe, expect, test } from 'vitest'
import { runCli } from '../app.ts'
import { testIo } from '../test-io.ts'

const prices = async (...args: string[]): Promise<{ code: number; out: string; err: string }> => {
  const io = testIo()
  const code = await runCli(['prices', ...args], io)
  return { code, out: io.out(), err: io.err() }
}

type Row = {
  provider: string
  model: string
  tier: string
  from: string | null
  to: string | null
  usdPerMillion: Record<string, number>
  source: string
  asOf: string
  sure: string
}

const rowsOf = async (...args: string[]): Promise<Row[]> => {
  const { code, out } = await prices(...args, '--json')
  expect(code).toBe(0)
  return JSON.parse(out).rows
}

describe('the price of a day', () => {
  // openai.com, 2023-03-01: $0.002 per 1k tokens; 2023-06-13: $0.0015 in, $0.002 out.
  test.each([
    ['2023-04-24', 2, 2],
    ['2023-06-12', 2, 2],
    ['2023-06-13', 1.5, 2],
    ['2023-07-01', 1.5, 2],
    ['2026-11-24', 0.5, 1.5],
  ])('gpt-3.5-turbo on %s', async (on, freshInput, output) => {
    const row = (await rowsOf('openai/gpt-3.5-turbo', '--on', on)).find(
      ({ model, tier }) => model === 'gpt-3.5-turbo' && tier === 'standard',
    )
    expect(row?.usdPerMillion).toMatchObject({ freshInput, output })
    expect(row?.source).toMatch(/\S/)
    expect(row?.asOf).toMatch(/^\d{4}-\d{2}-\d{2}$/)
  })

  test('without --on it is today by the clock that is handed in', async () => {
    expect(await rowsOf('openai/gpt-4o')).toEqual(await rowsOf('openai/gpt-4o', '--on', '2026-11-24'))
  })

  test('--all has the past too', async () => {
    const all = await rowsOf('openai/gpt-4o', '--all')
    expect(all.length).toBeGreaterThan((await rowsOf('openai/gpt-4o')).length)
    expect(
      all.filter(({ model, tier }) => model === 'gpt-4o' && tier === 'standard').map(({ from, to }) => [from, to]),
    ).toContainEqual(['2024-05-13', '2024-10-02'])
  })
})

test('a table has the price, its date and how sure it is', async () => {
  const { out } = await prices('openai/gpt-3.5-turbo', '--on', '2023-04-24')
  expect(out).toMatch(/^openai\/gpt-3\.5-turbo +standard +2023-03-01 +2023-06-13 +2 +2 +2023-03-01 +published +\[1\]/m)
})

test('a machine shows its rates', async () => {
  const { out } = await prices('ml.m5.xlarge', '--json')
  expect(JSON.parse(out).machines).toContainEqual(
    expect.objectContaining({ instance: 'ml.m5.xlarge', region: 'us-east-1', purchase: 'on-demand', usdPerHour: 0.23 }),
  )
  expect((await prices('ml.m5.xlarge')).out).toMatch(/^ml\.m5\.xlarge .* on-demand +us-east-1 +0\.23 /m)
})

test.each([
  ['unknown name', ['gpt-40-mini'], 'did you mean'],
  ['date before any price', ['openai/gpt-4-0314', '--on', '2020-01-01'], 'the first known row is from 2023-'],
  ['date after its retirement', ['anthropic/claude-3-5-sonnet-20240620'], 'its seller retired it on 2025-'],
  ['--all with --on', ['gpt-4o', '--all', '--on', '2024-01-01'], 'give one or the other'],
])('%s is exit 2', async (_name, args, message) => {
  const { code, out, err } = await prices(...args)
  expect({ code, out }).toEqual({ code: 2, out: '' })
  expect(err).toContain(message)
})
