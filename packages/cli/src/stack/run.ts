import { InputError } from '@breakeven/core'
import { type Receipted, receiptJson } from '@breakeven/stack'

import type { Io } from '../io.ts'
import type { DeploymentFlags } from './flags.ts'
import { stackText } from './text.ts'
import { wanted } from './wanted.ts'
import { writeStack } from './write.ts'

export type StackFlags = DeploymentFlags & {
  readonly force: boolean
  readonly json: boolean
  readonly quiet: boolean
}

/** A script must not go on to put up what cannot stand; what was written stays, to be looked at. */
const refuse = ({ pitfalls }: Receipted, folder: string): void => {
  const stops = pitfalls.filter(({ weight }) => weight === 'stop')
  const [first] = stops
  if (first === undefined) return
  throw new InputError(`it will not work: ${stops.map(({ what }) => what).join('; and ')}`, {
    hint: `${first.todo}; the template is in ${folder} all the same, and --force ends without this error`,
  })
}

/**
 * `breakeven stack`: the template of a deployment, and what each of its resources costs.
 *
 * @throws InputError for what is known not to work, after everything was written, unless forced.
 */
export const runStack = async (flags: StackFlags, io: Io): Promise<void> => {
  const receipted = await wanted(flags, io)
  const folder = await writeStack(receipted, flags.out, io)
  const { colour, columns } = io.stdout
  io.stdout.write(
    flags.json
      ? `${JSON.stringify(receiptJson(receipted), null, 2)}\n`
      : stackText(receipted, { colour, ...(columns === undefined ? {} : { width: columns }) }),
  )
  if (!flags.quiet) io.stderr.write(`template, receipt and next steps written to ${folder}\n`)
  if (!flags.force) refuse(receipted, folder)
}
