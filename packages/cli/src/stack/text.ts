import { renderReceipt, usdText } from '@breakeven/report'
import { ceilingUsdPerDay, type Receipted } from '@breakeven/stack'

/** The receipt in a terminal, what it can grow to, and what to mind. */
export const stackText = (
  receipted: Receipted,
  look: { readonly width?: number; readonly colour: boolean },
): string => {
  const { one, built, pitfalls } = receipted
  const { plan, template } = built
  const { machines } = plan
  const many = machines.max === 1 ? 'machine' : 'machines'
  return [
    renderReceipt(one.option, look),
    '',
    `Scaling goes from ${machines.min} to ${machines.max} ${many}: at most ${usdText(ceilingUsdPerDay(receipted))} a day at this traffic. Budget: ${usdText(plan.budgetUsdPerMonth)} a month.`,
    `Image: ${plan.container.repository}:${plan.container.tag}`,
    `Template: ${Buffer.byteLength(template).toLocaleString('en-US')} bytes, ${built.billing.lines.length} lines of the receipt and every resource accounted for.`,
    ...pitfalls.flatMap(({ weight, what, todo }) => [
      '',
      `${weight === 'stop' ? 'It will not work' : 'Mind'}: ${what}.`,
      `  ${todo}`,
    ]),
    '',
  ].join('\n')
}
