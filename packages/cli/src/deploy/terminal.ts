import { createInterface } from 'node:readline/promises'
import { setTimeout } from 'node:timers/promises'
import { InputError } from '@breakeven/core'
import type { Following, Progress } from '@breakeven/stack/deploy'

import type { Io } from '../io.ts'

/** How a person is asked and how time passes, where it is not this process's terminal and clock. */
export type Asking = {
  readonly ask: (question: string) => Promise<string>
  readonly sleep: (seconds: number) => Promise<void>
}

const onTerminal = async (question: string): Promise<string> => {
  const lines = createInterface({ input: process.stdin, output: process.stderr })
  try {
    return await lines.question(question)
  } finally {
    lines.close()
  }
}

/** Goes on only after a yes: by flag, or typed by somebody who is there. @throws InputError otherwise. */
export const confirm = async (question: string, yes: boolean, { stderr }: Io, asking?: Asking): Promise<void> => {
  if (yes) return
  if (asking === undefined && !(stderr.isTTY && process.stdin.isTTY))
    throw new InputError('nothing was begun: nobody is here to say yes', { hint: '--yes says so beforehand' })
  const answer = await (asking?.ask ?? onTerminal)(`${question} Type yes: `)
  if (!/^y(?:es)?$/i.test(answer.trim())) throw new InputError('nothing was begun: the answer was not yes')
}

const line = ({ at, resource, type, status, reason }: Progress): string =>
  `${at.toISOString().slice(11, 19)}  ${status.padEnd(20)} ${resource} (${type})${reason === undefined ? '' : `: ${reason}`}\n`

/** Each event as a line on stderr. */
export const following = ({ stderr }: Io, asking?: Asking): Following => ({
  onProgress: (progress) => stderr.write(line(progress)),
  sleep: asking?.sleep ?? ((seconds) => setTimeout(1000 * seconds)),
})
