import { describe, expect, test } from 'vitest'
import type { ServiceRate } from './catalog.ts'
import { deployment, instance } from './fixtures/economy.ts'
import { aroundParts, logBytesPerRequest, STANDING } from './standing-cost.ts'

const rate = (id: string, unit: string, usd: number): ServiceRate => ({
  id,
  unit,
  region: 'us-east-1',
  tiers: [{ usd }],
  source: 'test',
  asOf: '2026-01-01',
  sure: 'published',
})
const services = [
  rate('waf/web-acl', 'acl-month', 5),
  rate('waf/rule', 'rule-month', 1),
  rate('waf/requests', 'request', 6e-7),
  rate('cloudwatch/alarm', 'alarm-month', 0.1),
  rate('cloudwatch/alarm-high-resolution', 'alarm-month', 0.3),
  rate('cloudwatch/logs-ingestion', 'GB', 0.5),
  rate('cloudwatch/logs-archival', 'GB-month', 0.03),
  rate('budgets/budget', 'budget-day', 0.02),
]

/** A month's USD of each thing, at so many requests a day. */
const monthOf = (fields: Parameters<typeof deployment>[0], perDay: number): Record<string, number> => {
  const { everyDay, withRequests } = aroundParts({ deployment: deployment(fields), services })
  return Object.fromEntries(
    [...everyDay, ...withRequests].flatMap((part) =>
      part === undefined ? [] : [[part.billed, (part.line(perDay).usd * 730) / 24]],
    ),
  )
}

describe('what stands around a deployment', () => {
  test('a REST API has a firewall: 5 USD a month, 1 a rule, 0.60 a million requests', () => {
    const month = monthOf({ front: 'rest' }, 100_000)
    expect(month['waf/web-acl']).toBeCloseTo(5, 9)
    expect(month['waf/rule']).toBeCloseTo(STANDING.firewallRules, 9)
    expect(month['waf/requests']).toBeCloseTo((100_000 * 730 * 6e-7) / 24, 9)
  })

  test('an HTTP API has none, and alarms, budget and logs all the same', () => {
    expect(Object.keys(monthOf({ front: 'http' }, 1000))).toEqual([
      'cloudwatch/alarm',
      'cloudwatch/alarm-high-resolution',
      'budgets/budget',
      'cloudwatch/logs-ingestion',
      'cloudwatch/logs-archival',
    ])
  })

  test('three alarms, two more of the scaling policy, a budget for two cents a day', () => {
    const month = monthOf({ front: 'rest' }, 0)
    expect(month['cloudwatch/alarm']).toBeCloseTo(0.3, 9)
    expect(month['cloudwatch/alarm-high-resolution']).toBeCloseTo(0.6, 9)
    expect(month['budgets/budget']).toBeCloseTo((0.02 * 730) / 24, 9)
    expect(month['cloudwatch/logs-ingestion']).toBe(0)
  })

  test('logs are taken in once and kept for 30 days', () => {
    const month = monthOf({ front: 'rest' }, 1e6)
    const gb = (logBytesPerRequest(deployment({ front: 'rest' })) * 1e6 * 730) / 24 / 1e9
    expect(month['cloudwatch/logs-ingestion']).toBeCloseTo(gb * 0.5, 9)
    expect(month['cloudwatch/logs-archival']).toBeCloseTo(gb * 0.03 * (30 / (730 / 24)), 9)
  })

  test('a machine of EC2 has no scaling policy of SageMaker; one of your own with nothing before it has nothing', () => {
    expect(monthOf({ instance: instance({ service: 'ec2' }) }, 1)['cloudwatch/alarm-high-resolution']).toBeUndefined()
    expect(monthOf({ instance: instance({ service: 'own' }), front: 'none' }, 1)).toEqual({})
  })
})
