import { describe, expect, test } from 'vitest'

import { type Case, ones, planFor } from './fixtures/hosted.ts'
import { firstCall, nextSteps } from './next-steps.ts'
import { pitfallsOf } from './pitfalls.ts'
import { ceilingUsdPerDay, receiptJson, receiptMarkdown, type Receipted } from './receipt.ts'
import { stackOf } from './stack.ts'

const receipted = async (name: Case): Promise<Receipted> => {
  const plan = planFor(name)
  return {
    one: ones[name],
    built: await stackOf(plan, ones[name].items),
    pitfalls: pitfallsOf(plan),
    requestsPerDay: 1000,
    catalogue: { hash: 'frozen', asOf: '2026-11-24' },
    on: '2026-11-24',
  }
}

describe('golden', () => {
  test.each<Case>(['llama', 'bert', 'flan'])('%s: receipt and next steps', async (name) => {
    const all = await receipted(name)
    await expect(receiptMarkdown(all)).toMatchFileSnapshot(`../golden/${name}-receipt.md`)
    await expect(nextSteps(all)).toMatchFileSnapshot(`../golden/${name}-README.md`)
  })
})

test('the JSON adds up, and says what it can grow to', async () => {
  const all = await receipted('llama')
  const json = receiptJson(all) as { lines: { usd: number }[]; usdPerDay: number; ceilingUsdPerDay: number }
  expect(json.lines.reduce((sum, { usd }) => sum + usd, 0)).toBeCloseTo(json.usdPerDay, 9)
  // One machine more at $1.515 an hour.
  expect(json.ceilingUsdPerDay - json.usdPerDay).toBeCloseTo(24 * 1.515, 9)
  expect(ceilingUsdPerDay(all)).toBe(json.ceilingUsdPerDay)
})

describe('the first call', () => {
  const outputs = { BaseUrl: 'https://a.example/live/v1', KeyId: 'k1' }

  test('shows the key of the plan, a signature or a token, as the front asks', () => {
    expect(firstCall(planFor('llama'), outputs)).toMatch(
      /get-api-key .*--api-key k1[\s\S]*live\/v1\/chat\/completions.*x-api-key/,
    )
    expect(firstCall(planFor('bert'), outputs)).toMatch(/v1\/classify.*--aws-sigv4 aws:amz:us-east-1:execute-api/)
    const jwt = { issuer: 'https://id.example/', audience: 'x' }
    expect(firstCall(planFor('bert', { jwt }), outputs)).toMatch(/authorization: Bearer \$TOKEN/)
  })
})
