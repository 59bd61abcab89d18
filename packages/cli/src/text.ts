import type { ApplicationText } from '@stricli/core'
import {
  ArgumentParseError,
  ArgumentScannerError,
  EnumValidationError,
  FlagNotFoundError,
  formatMessageForArgumentScannerError,
  text_en,
} from '@stricli/core'
import { InputError } from '@breakeven/core'
import { failureText } from './failure.ts'

const joined = (words: readonly string[]): string =>
  words.length < 2 ? words.join('') : `${words.slice(0, -1).join(', ')} or ${words.at(-1)}`

const SEE_HELP = '--help lists the flags'

/** `--ttft 2x: "2x" is not a duration`, whatever way the command line went wrong. */
const usageError = (error: unknown): unknown => {
  if (error instanceof ArgumentParseError) {
    const { externalFlagNameOrPlaceholder: name, exception } = error
    if (!(exception instanceof InputError)) return exception
    return new InputError(`--${name}: ${exception.message}`, {
      ...exception.place,
      ...(exception.hint === undefined ? {} : { hint: exception.hint }),
    })
  }
  if (error instanceof EnumValidationError) {
    return new InputError(`--${error.externalFlagName}: "${error.input}" is not one of its values`, {
      hint: `allowed: ${joined(error.values)}`,
    })
  }
  if (error instanceof FlagNotFoundError) {
    const near = error.corrections.map((name) => `--${name.replace(/^-+/, '')}`)
    return new InputError(`there is no flag --${error.input.replace(/^-+/, '').split('=')[0]}`, {
      hint: near.length > 0 ? `did you mean ${joined(near)}?` : SEE_HELP,
    })
  }
  if (error instanceof ArgumentScannerError)
    return new InputError(formatMessageForArgumentScannerError(error, {}), { hint: SEE_HELP })
  return error
}

const looksLikeFile = (word: string): boolean => /[./\\]/.test(word)

/** Everything that stricli would say, in our form. It adds the line's end itself. */
export const textFor = (colour: boolean): ApplicationText => {
  const failure = (error: unknown): string => failureText(error, colour).trimEnd()
  return {
    ...text_en,
    headers: { usage: 'USAGE', aliases: 'ALIASES', commands: 'COMMANDS', flags: 'FLAGS', arguments: 'ARGUMENTS' },
    keywords: { default: 'default:', separator: 'separator:' },
    briefs: {
      ...text_en.briefs,
      help: 'Show this and exit',
      version: 'Show the version and exit',
      argumentEscapeSequence: 'What follows is a file, even if it begins with -',
    },
    noCommandRegisteredForInput: ({ input, corrections }) => {
      const near =
        corrections.length > 0
          ? `did you mean ${joined(corrections.map((name) => name.replaceAll('`', '')))}?`
          : '`breakeven --help` lists the commands'
      const hint = looksLikeFile(input) ? `to price the traffic in it: breakeven compare ${input}` : near
      return failure(
        new InputError(
          input.startsWith('-') ? `${input} needs a command before it` : `there is no command "${input}"`,
          { hint: input.startsWith('-') ? `as in: breakeven compare ${input} …` : hint },
        ),
      )
    },
    exceptionWhileParsingArguments: (error) => failure(usageError(error)),
    exceptionWhileLoadingCommandFunction: failure,
    exceptionWhileLoadingCommandContext: failure,
    exceptionWhileRunningCommand: failure,
    commandErrorResult: failure,
    exceptionWhileRunningIntegrationHook: ({ exception }) => failure(exception),
    exceptionWhileRunningIntegrationFlag: ({ exception }) => failure(exception),
  }
}
