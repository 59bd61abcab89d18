import { InputError } from '@breakeven/core'
import { awsOf, findOurs, type TakenAway, takeAway } from '@breakeven/stack/deploy'

import { type Asking, confirm, following } from '../deploy/terminal.ts'
import type { Io } from '../io.ts'

export type DestroyFlags = {
  readonly name: string
  readonly region: string
  readonly yes: boolean
  readonly json: boolean
}

const leftText = ({ left, reasons }: Extract<TakenAway, { kind: 'left' }>): string =>
  [
    ...left.map(({ resource, type, physical, status }) => `${resource} (${type}) ${physical}: ${status}`),
    ...reasons.map(({ resource, reason }) => `${resource}: ${reason}`),
  ].join('\n  ')

/** `breakeven destroy`: the stack goes, and each of its resources is seen to be gone. */
export const runDestroy = async (flags: DestroyFlags, io: Io, asking?: Asking): Promise<void> => {
  const { name, region, yes, json } = flags
  const aws = awsOf(region, io.env)
  const { stackId, description } = await findOurs(aws, name)
  io.stderr.write(
    `${name} in ${region}: ${description.replace('breakeven: ', '')}. Its logs, and with them the ledger, go too.\n`,
  )
  await confirm(`Take ${name} away?`, yes, io, asking)
  const taken = await takeAway(aws, stackId, following(io, asking))
  if (taken.kind === 'left')
    throw new InputError(`${name} is ${taken.status}, and something may go on costing:\n  ${leftText(taken)}`, {
      hint: 'remove it in the AWS console and run this again',
    })
  io.stdout.write(
    json
      ? `${JSON.stringify({ schema: 'breakeven/destroyed@1', name, region, resources: taken.resources }, null, 2)}\n`
      : `${name} is gone with all its ${taken.resources} resources: nothing of it is billed any more\n`,
  )
}
