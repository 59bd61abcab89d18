// One priced deployment as a CloudFormation template, and the receipt that says what each of its resources costs.

export { isGated } from './container.ts'
export { planOf, type StackPlan, type StackWishes } from './plan.ts'
export { billingOf, type Billing, type Item, type Template } from './billing.ts'
export { pitfallsOf, type Pitfall } from './pitfalls.ts'
export { receiptJson, receiptMarkdown } from './receipt.ts'
export { stackOf, type BuiltStack } from './stack.ts'
