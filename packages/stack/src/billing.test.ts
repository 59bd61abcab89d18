import { logBytesPerRequest, STANDING } from '@breakeven/core'
import { ledgerLine } from '@breakeven/gateway'
import { describe, expect, test } from 'vitest'

import { billingOf, type Resource, type Template } from './billing.ts'
import { type Case, ones, planFor, withFront } from './fixtures/hosted.ts'
import type { StackPlan } from './plan.ts'
import { stackOf } from './stack.ts'
import { templateOf } from './template/template.ts'

const deployed = (plan: StackPlan): Template => JSON.parse(templateOf(plan, 'exports.handler=0')) as Template
const CASES: readonly Case[] = ['llama', 'bert', 'flan']

describe('receipt and template walk into each other', () => {
  test.each(CASES)('%s: every line has its resources, every resource its line or its reason', (name) => {
    const template = deployed(planFor(name))
    const { lines, free, gaps } = billingOf(template, ones[name].items)
    expect(gaps).toEqual([])
    for (const { billed, resources } of lines) expect([billed, resources.length > 0]).toEqual([billed, true])
    const known = new Set([...lines.flatMap(({ resources }) => resources), ...free.map(({ id }) => id)])
    expect(Object.keys(template.Resources).filter((id) => !known.has(id))).toEqual([])
    expect(lines.reduce((sum, { line }) => sum + line.usd, 0)).toBeCloseTo(ones[name].option.usdPerDay, 9)
  })

  test('scale to zero and a topic have no bill of their own', () => {
    const template = deployed(planFor('llama', { scaleToZero: true, email: 'ops@example.com' }))
    expect(billingOf(template, ones.llama.items).gaps).toEqual([])
  })

  test('what core prices is what stands: alarms, rules, budgets, days of logs', () => {
    const resources = Object.values(deployed(planFor('llama')).Resources)
    const count = (type: string): number => resources.filter(({ Type }) => Type === type).length
    expect(count('AWS::CloudWatch::Alarm')).toBe(STANDING.alarms)
    expect(count('AWS::Budgets::Budget')).toBe(STANDING.budgets)
    const acl = resources.find(({ Type }) => Type === 'AWS::WAFv2::WebACL')
    expect(acl?.Properties?.['Rules']).toHaveLength(STANDING.firewallRules)
    const logs = resources.filter(({ Type }) => Type === 'AWS::Logs::LogGroup')
    expect(logs.map(({ Properties }) => Properties?.['RetentionInDays'])).toEqual(logs.map(() => STANDING.logDays))
  })
})

describe('a gap is found from either side', () => {
  const template = deployed(planFor('bert'))
  const without = (type: string): Template => ({
    Resources: Object.fromEntries(Object.entries(template.Resources).filter(([, { Type }]) => Type !== type)),
  })
  const plus = (resource: Resource): Template => ({ Resources: { ...template.Resources, Extra: resource } })
  const { items } = ones.bert

  test.each<[string, Template, readonly (typeof items)[number][], RegExp]>([
    ['a line of nothing', without('AWS::Budgets::Budget'), items, /budgets\/budget is priced and nothing/],
    [
      'a resource without a line',
      template,
      items.filter(({ billed }) => billed !== 'lambda/requests'),
      /^lambda\/requests is deployed and no line/,
    ],
    [
      'a resource that nobody knows',
      plus({ Type: 'AWS::EC2::NatGateway' }),
      items,
      /Extra \(AWS::EC2::NatGateway\) is neither/,
    ],
    [
      'one alarm too many',
      plus({ Type: 'AWS::CloudWatch::Alarm' }),
      items,
      /cloudwatch\/alarm: 3 a month is priced, the template has 4/,
    ],
    ['a second firewall', plus({ Type: 'AWS::WAFv2::WebACL' }), items, /waf\/web-acl is deployed and no line/],
  ])('%s', (_name, changed, lines, message) => {
    expect(billingOf(changed, lines).gaps).toContainEqual(expect.stringMatching(message))
  })

  test('a larger volume than is paid for', () => {
    const text = JSON.stringify(template).replace('"VolumeSizeInGB":31', '"VolumeSizeInGB":64')
    expect(billingOf(JSON.parse(text) as Template, items).gaps).toEqual([
      'sagemaker/storage: 31 a month is priced, the template has 64',
    ])
  })

  test('then there is no stack', async () => {
    await expect(stackOf(planFor('bert'), items.slice(1))).rejects.toThrow(/receipt and template part: instance/)
  })
})

test('without the CDK: what to install; any other error stays what it is', async () => {
  const missing = (name: string) => async (): Promise<never> => {
    throw Object.assign(new Error(`Cannot find package '${name}' imported from /x/chunks/template.js`), {
      code: 'ERR_MODULE_NOT_FOUND',
    })
  }
  const made = (name: string) => stackOf(planFor('bert'), ones.bert.items, missing(name))
  await expect(made('aws-cdk-lib')).rejects.toMatchObject({
    name: 'InputError',
    hint: expect.stringMatching(/npm install aws-cdk-lib@.* constructs@/),
  })
  await expect(made('left-pad')).rejects.toMatchObject({ name: 'Error' })
})

test('a line of the ledger is no longer than what is paid for', () => {
  const line = ledgerLine({
    id: '0f5a2c9e-6f0b-4f4e-9f2d-3f0c6a3d1b77',
    at: 1795550000.123,
    firstAt: 1795550000.623,
    endAt: 1795550007.923,
    status: 'ok',
    httpStatus: 200,
    task: 'generate',
    model: 'llama-3.1-8b',
    upstream: 'sagemaker:breakeven-llama-3-1-8b',
    project: 'a1b2c3d4e5',
    streamed: true,
    usage: { freshInput: 1000, cacheRead: 512, output: 200 },
    requestBytes: 4096,
    answerBytes: 51_200,
  })
  // CloudWatch adds 26 bytes to each event.
  expect(line.length + 26).toBeLessThan(logBytesPerRequest(withFront('llama', 'rest').deployment))
})
