import type { Application, ApplicationText, StricliProcess } from '@stricli/core'
import { buildApplication, buildRouteMap, ExitCode, run } from '@stricli/core'
import packageJson from '../package.json' with { type: 'json' }
import { capacityCommand } from './capacity/command.ts'
import { compareCommand } from './compare/command.ts'
import type { CliContext } from './context.ts'
import { deployCommand } from './deploy/command.ts'
import { destroyCommand } from './destroy/command.ts'
import { exitCodeOf } from './failure.ts'
import { fitHelp } from './help.ts'
import { inspectCommand } from './inspect/command.ts'
import type { Io, Sink } from './io.ts'
import { pageCommand } from './page/command.ts'
import { pricesCommand } from './prices/command.ts'
import { serveCommand } from './serve/command.ts'
import { simulateCommand } from './simulate/command.ts'
import { stackCommand } from './stack/command.ts'
import { textFor } from './text.ts'
import { validateCommand } from './validate/command.ts'

const description = `Rent an LLM API, or run an open model? The honest break-even, from your own traffic.

EXAMPLES
  breakeven compare usage.csv                           what this traffic costs, rented and run
  breakeven compare --requests-per-day 50k --words 500  the same from numbers
  breakeven inspect exports/                            what these files hold
  breakeven prices gpt-4o --on 2024-08-15               the price of a day, with its source
  breakeven page                                        the same in a browser, to look at and to move
  breakeven serve --local --twin llama-3.1-8b@ml.g5.2xlarge   the path that is deployed, here

\`breakeven COMMAND --help\` says what a command takes.`

const appWith = (text: ApplicationText): Application<CliContext> =>
  buildApplication(
    buildRouteMap({
      routes: {
        capacity: capacityCommand,
        compare: compareCommand,
        deploy: deployCommand,
        destroy: destroyCommand,
        inspect: inspectCommand,
        page: pageCommand,
        prices: pricesCommand,
        serve: serveCommand,
        simulate: simulateCommand,
        stack: stackCommand,
        validate: validateCommand,
      },
      docs: { brief: 'Rent an LLM API, or run an open model?', fullDescription: description },
    }),
    {
      name: 'breakeven',
      versionInfo: { currentVersion: packageJson.version },
      scanner: { caseStyle: 'allow-kebab-for-camel', allowArgumentEscapeSequence: true },
      documentation: { onlyRequiredInUsageLine: true },
      localization: { text },
      determineExitCode: exitCodeOf,
    },
  )

/** 16 colours where we show colour at all; stricli asks for the depth. */
const streamOf = ({ write, colour, columns }: Sink): StricliProcess['stdout'] => ({
  // All that it writes there is help, or the version.
  write: (text) => write(fitHelp(text, columns)),
  getColorDepth: () => (colour ? 4 : 1),
})

const USAGE_ERRORS: ReadonlySet<unknown> = new Set([ExitCode.InvalidArgument, ExitCode.UnknownCommand])

/** Runs one command line. 0: done. 2: the input is wrong. 1: a bug. */
export const runCli = async (args: readonly string[], io: Io): Promise<0 | 1 | 2> => {
  const process: StricliProcess = {
    stdout: streamOf(io.stdout),
    // Errors come to stricli in their colours; it would paint them red as a whole.
    stderr: { write: io.stderr.write },
  }
  await run(appWith(textFor(io.stderr.colour)), args, { process, io })
  if (process.exitCode === ExitCode.Success) return 0
  return USAGE_ERRORS.has(process.exitCode) || process.exitCode === 2 ? 2 : 1
}
