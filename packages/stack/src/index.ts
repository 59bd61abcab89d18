// One priced deployment as a CloudFormation template, and the receipt that says what each of its resources costs.

export { planOf, type StackPlan, type StackWishes } from './plan.ts'
export { stackOf } from './stack.ts'
export { pitfallsOf } from './pitfalls.ts'
export { ceilingUsdPerDay, type Receipted, receiptJson, receiptMarkdown } from './receipt.ts'
export { firstCall, nextSteps } from './next-steps.ts'
