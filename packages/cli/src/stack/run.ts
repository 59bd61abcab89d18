import { receiptJson } from '@breakeven/stack'

import type { Io } from '../io.ts'
import type { DeploymentFlags } from './flags.ts'
import { stackText } from './text.ts'
import { wanted } from './wanted.ts'
import { writeStack } from './write.ts'

export type StackFlags = DeploymentFlags & { readonly json: boolean; readonly quiet: boolean }

/** `breakeven stack`: the template of a deployment, and what each of its resources costs. */
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
}
