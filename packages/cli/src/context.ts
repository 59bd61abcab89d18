import type { CommandContext, StricliProcess } from '@stricli/core'
import type { Io } from './io.ts'

/** What a command sees as `this`. */
export type CliContext = CommandContext & { readonly process: StricliProcess; readonly io: Io }
