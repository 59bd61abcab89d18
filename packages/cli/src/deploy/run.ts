import { InputError } from '@breakeven/core'
import { usdText } from '@breakeven/report'
import { ceilingUsdPerDay, firstCall, type Receipted } from '@breakeven/stack'
import { type Aws, awsOf, type Check, preflight, type PutUp, putUp } from '@breakeven/stack/deploy'

import type { Io } from '../io.ts'
import type { DeploymentFlags } from '../stack/flags.ts'
import { wanted } from '../stack/wanted.ts'
import { writeStack } from '../stack/write.ts'
import { type Asking, confirm, following } from './terminal.ts'

export type DeployFlags = DeploymentFlags & { readonly yes: boolean; readonly json: boolean }

const MARKS = { ok: 'ok  ', mind: 'mind', stop: 'STOP' } as const

const checkText = ({ outcome, id, what, todo }: Check): string =>
  `  ${MARKS[outcome]} ${id}: ${what}${todo === undefined ? '' : `\n       ${todo}`}\n`

/** What it will cost is said before anything begins. */
const costText = (receipted: Receipted): string => {
  const { option } = receipted.one
  const { plan } = receipted.built
  return [
    `${option.label}, in ${plan.deployment.region}`,
    `  ${usdText(option.usdPerDay)} a day at ${receipted.requestsPerDay.toLocaleString('en-US')} requests a day, ${usdText(option.usdPerMonth)} a month`,
    `  at most ${usdText(ceilingUsdPerDay(receipted))} a day with all ${plan.machines.max} machines; machines are billed from when they run until \`breakeven destroy\``,
    '',
  ].join('\n')
}

const stopAt = (checks: readonly Check[], folder: string): void => {
  const stops = checks.filter(({ outcome }) => outcome === 'stop')
  const [first] = stops
  if (first === undefined) return
  throw new InputError(
    `nothing was begun: ${stops.length === 1 ? first.what : `${stops.length} checks say that it cannot work`}`,
    {
      hint: `${first.todo ?? 'see the checks above'}; the template is in ${folder} all the same`,
    },
  )
}

const failedText = ({ status, reasons }: Extract<PutUp, { kind: 'failed' }>): string =>
  reasons
    .map(
      ({ resource, type, reason, todo }) =>
        `${resource} (${type}): ${reason}${todo === undefined ? '' : `\n    ${todo}`}`,
    )
    .join('\n  ') || `CloudFormation gives no reason (${status})`

const tellFailure = (put: Extract<PutUp, { kind: 'failed' }>, { name }: { name: string }, region: string): never => {
  const kept = put.status.startsWith('UPDATE_ROLLBACK_COMPLETE')
  throw new InputError(`CloudFormation took it back (${put.status}):\n  ${failedText(put)}`, {
    hint: kept
      ? 'what stood before stands again, and is billed as before'
      : `the machines are gone and no longer billed; take the empty stack away before you try again: breakeven destroy --name ${name} --region ${region}`,
  })
}

/** Reaching AWS at all comes after the template is written: without credentials there is still something to hand on. */
const looked = async (aws: Aws, receipted: Receipted, folder: string): Promise<readonly Check[]> => {
  const { built, pitfalls } = receipted
  try {
    return await preflight(aws, built.plan, built.imageAccount, pitfalls)
  } catch (error) {
    if (!(error instanceof InputError)) throw error
    throw new InputError(error.message, {
      hint: `${error.hint ?? 'try again later'}; the template is in ${folder}/template.json all the same, for any CloudFormation client`,
    })
  }
}

/** `breakeven deploy`: template, checks, price, a yes, and CloudFormation followed to its end. */
export const runDeploy = async (flags: DeployFlags, io: Io, asking?: Asking): Promise<void> => {
  const receipted = await wanted(flags, io)
  const { plan, template } = receipted.built
  const folder = await writeStack(receipted, flags.out, io)
  io.stderr.write(`template, receipt and next steps written to ${folder}\n\n${costText(receipted)}\n`)
  const aws = awsOf(flags.region, io.env)
  const checks = await looked(aws, receipted, folder)
  io.stderr.write(`${checks.map(checkText).join('')}\n`)
  stopAt(checks, folder)
  const price = `${usdText(receipted.one.option.usdPerDay)} a day`
  await confirm(`Put ${plan.name} up for ${price}?`, flags.yes, io, asking)
  io.stderr.write(`This takes 10 to 30 minutes. Ctrl-C ends the watching, not the deployment.\n`)
  const put = await putUp(aws, plan.name, template, following(io, asking))
  if (put.kind === 'failed') return tellFailure(put, plan, flags.region)
  const { action, outputs } = put
  io.stdout.write(
    flags.json
      ? `${JSON.stringify({ schema: 'breakeven/deployed@1', name: plan.name, region: flags.region, action, outputs, usdPerDay: receipted.one.option.usdPerDay }, null, 2)}\n`
      : `${plan.name} is ${action === 'unchanged' ? 'up as it was' : action}: ${price}\n\n${firstCall(plan, outputs)}\n\nTake it away: breakeven destroy --name ${plan.name} --region ${flags.region}\n`,
  )
}
