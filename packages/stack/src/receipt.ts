import type { HostedOne, Usd } from '@breakeven/core'

import type { Pitfall } from './pitfalls.ts'
import type { BuiltStack } from './stack.ts'

/** What is said of a stack: the deployment with its price, the template with what is charged for it, what to mind. */
export type Receipted = {
  readonly one: HostedOne
  readonly built: BuiltStack
  readonly pitfalls: readonly Pitfall[]
  readonly requestsPerDay: number
  readonly catalogue: { readonly hash: string; readonly asOf: string }
  readonly on: string
}

/** With every machine that scaling may start, at the same traffic. */
export const ceilingUsdPerDay = ({ one, built: { plan } }: Pick<Receipted, 'one' | 'built'>): Usd =>
  one.option.usdPerDay + Math.max(0, plan.machines.max - one.machines.max) * one.machines.usdPerDayEach

/** `breakeven/stack@1`: what others may build on. */
export const receiptJson = (receipted: Receipted): Readonly<Record<string, unknown>> => {
  const { one, built, pitfalls, requestsPerDay, catalogue, on } = receipted
  const { plan, billing, template } = built
  const { deployment, container } = plan
  return {
    schema: 'breakeven/stack@1',
    on,
    region: deployment.region,
    catalogue,
    name: plan.name,
    id: one.option.id,
    model: deployment.model.id,
    instance: deployment.instance.id,
    machines: plan.machines,
    container: { repository: container.repository, tag: container.tag, hostImage: container.hostImage ?? null },
    front: deployment.front,
    requestsPerDay,
    ...one.shape,
    usdPerDay: one.option.usdPerDay,
    usdPerMonth: one.option.usdPerMonth,
    low: one.option.low,
    high: one.option.high,
    ceilingUsdPerDay: ceilingUsdPerDay(receipted),
    budgetUsdPerMonth: plan.budgetUsdPerMonth,
    lines: billing.lines.map(({ billed, line, resources }) => ({ ...line, billed, resources })),
    free: billing.free,
    pitfalls,
    templateBytes: Buffer.byteLength(template),
  }
}

/** Cents where there are dollars; else three figures, so that what is next to nothing is not nothing. */
export const usd = (amount: Usd): string => {
  if (amount >= 1) return `$${amount.toLocaleString('en-US', { minimumFractionDigits: 2, maximumFractionDigits: 2 })}`
  return amount === 0 ? '$0' : `$${amount.toLocaleString('en-US', { maximumSignificantDigits: 3 })}`
}
const plain = (value: number): string => value.toLocaleString('en-US', { maximumSignificantDigits: 6 })
const cell = (text: string): string => text.replaceAll('|', String.raw`\|`)

/** `- Mind: what. What to do.` */
export const pitfallText = ({ weight, what, todo }: Pitfall): string =>
  `- ${weight === 'stop' ? '**It will not work**' : 'Mind'}: ${what}. To do: ${todo}.`

/** The same for a person. */
export const receiptMarkdown = (receipted: Receipted): string => {
  const { one, built, pitfalls, requestsPerDay, on } = receipted
  const { plan, billing } = built
  const { option, shape } = one
  const sources = [...new Set(billing.lines.map(({ line }) => line.source))]
  const rows = billing.lines.map(
    ({ line, resources }) =>
      `| ${cell(line.item)} | ${plain(line.quantity)} ${cell(line.unit)} | ${plain(line.unitUsd)} | ${usd(line.usd)} | ${resources.join(', ')} | ${line.sure}, ${line.asOf} [${sources.indexOf(line.source) + 1}] |`,
  )
  return [
    `# What ${plan.name} costs`,
    '',
    `${option.label}, in ${plan.deployment.region}, at prices of ${on}: **${usd(option.usdPerDay)} a day**, ${usd(option.usdPerMonth)} a month of 730 h,`,
    `at ${requestsPerDay.toLocaleString('en-US')} requests a day of ${shape.input} tokens in and ${shape.output} out. \`breakeven compare --host ${plan.deployment.model.id}@${plan.deployment.instance.id}\` says the same.`,
    '',
    `With all ${plan.machines.max} machines that scaling may start: at most ${usd(ceilingUsdPerDay(receipted))} a day. The budget is ${usd(plan.budgetUsdPerMonth)} a month.`,
    '',
    '| item | a day | × $ | = $ a day | charged for | sure |',
    '|---|---:|---:|---:|---|---|',
    ...rows,
    '',
    ...sources.map((source, at) => `[${at + 1}] ${source}  `),
    '',
    'Free allowances are left out; taxes and support plans too.',
    ...(pitfalls.length === 0 ? [] : ['', '## Mind', '', ...pitfalls.map(pitfallText)]),
    '',
    '## Resources that cost nothing',
    '',
    '| resource | type | why |',
    '|---|---|---|',
    ...billing.free.map(({ id, type, reason }) => `| ${id} | ${type} | ${cell(reason)} |`),
    '',
  ].join('\n')
}
