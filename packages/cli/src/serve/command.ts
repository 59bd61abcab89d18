import type { Command } from '@stricli/core'
import { buildCommand } from '@stricli/core'
import type { CliContext } from '../context.ts'
import { parseDuration } from '../flags/duration.ts'
import { parseAmount, parseCount, parsePositive } from '../flags/number.ts'
import { parseHost } from '../flags/pair.ts'
import type { ServeFlags } from './flags.ts'

const description = `Serves models through the gateway: one OpenAI-compatible address that meters every call into a ledger, which
\`breakeven compare\` prices. Facts only are written down: times, tokens and status, never a prompt, an answer or a key.

--local runs the path that \`breakeven stack\` deploys, all of it here: API Gateway, the very bundle that goes to Lambda, and
SageMaker, with stand-ins that speak AWS's own protocols. Behind it are a small real model for embeddings and labels, and what
you name. A timing twin computes nothing, and answers when the capacity model says that the hardware would under this load.

EXAMPLES
  breakeven serve --upstream http://127.0.0.1:11434/v1           meter a model server of your own
  breakeven serve --twin llama-3.1-8b@ml.g5.2xlarge              load-test a client against hardware not yet bought
  breakeven serve --local --twin llama-3.1-8b@ml.g5.2xlarge      the whole path on this machine
  breakeven serve --config gateway.json --ledger calls.jsonl`

const text = (input: string): string => input

export const serveCommand: Command<CliContext> = buildCommand<ServeFlags, [], CliContext>({
  loader: async () => {
    const { runServe } = await import('./run.ts')
    return function serve(flags) {
      return runServe(flags, this.io)
    }
  },
  parameters: {
    flags: {
      upstream: {
        kind: 'parsed',
        parse: text,
        optional: true,
        placeholder: 'URL',
        brief: 'An OpenAI-compatible server, as a client would be given it: http://127.0.0.1:8000/v1',
      },
      upstreamKeyEnv: {
        kind: 'parsed',
        parse: text,
        optional: true,
        placeholder: 'NAME',
        brief: "The environment variable that holds that server's key",
      },
      model: {
        kind: 'parsed',
        parse: text,
        optional: true,
        placeholder: 'NAME',
        brief: 'The only model of --upstream that is served; else any it knows',
      },
      twin: {
        kind: 'parsed',
        parse: parseHost,
        optional: true,
        variadic: true,
        placeholder: 'MODEL@INSTANCE',
        brief: 'A timing twin of this deployment, perhaps with /int8 or /tp2 behind; may be repeated',
      },
      outputTokens: {
        kind: 'parsed',
        parse: parseCount,
        default: '200',
        placeholder: 'N',
        brief: 'Tokens that a twin answers with, where the request does not decide',
      },
      replicas: {
        kind: 'parsed',
        parse: parseCount,
        optional: true,
        placeholder: 'N',
        brief: 'Replicas of each twin; else as many as one machine holds',
      },
      local: {
        kind: 'boolean',
        default: false,
        withNegated: false,
        brief: 'The whole path here: API Gateway, Lambda, SageMaker, with a small real model',
      },
      front: {
        kind: 'enum',
        values: ['rest', 'http'],
        optional: true,
        brief: 'With --local: the REST API (streams, x-api-key; default) or the HTTP API (whole answers, bearer key)',
      },
      requestsPerSecond: {
        kind: 'parsed',
        parse: parsePositive,
        optional: true,
        placeholder: 'N',
        brief: "With --local: the usage plan's throttle, twice as many at once",
      },
      startsIn: {
        kind: 'parsed',
        parse: parseDuration,
        optional: true,
        placeholder: 'TIME',
        brief: 'With --local: as after scaling to zero, capacity comes so long after the first call; until then 503',
      },
      labels: {
        kind: 'parsed',
        parse: text,
        optional: true,
        placeholder: 'FILE',
        brief: 'With --local: labels with example sentences for the small model, as JSON',
      },
      config: {
        kind: 'parsed',
        parse: text,
        optional: true,
        placeholder: 'FILE',
        brief: 'The configuration of the gateway, as JSON: models, hashed keys, limits',
      },
      key: {
        kind: 'parsed',
        parse: text,
        optional: true,
        placeholder: 'KEY',
        brief: 'What callers must show; else one is made for this run, and shown. BREAKEVEN_KEY says it unseen',
      },
      ledger: {
        kind: 'parsed',
        parse: text,
        default: 'ledger.jsonl',
        placeholder: 'FILE',
        brief: 'One JSON line a call is added here; - is standard output',
      },
      port: {
        kind: 'parsed',
        parse: parseAmount,
        default: '4010',
        placeholder: 'N',
        brief: 'Where to listen; 0 takes any free one',
      },
      host: {
        kind: 'parsed',
        parse: text,
        default: '127.0.0.1',
        placeholder: 'ADDRESS',
        brief: 'Another address than this machine alone',
      },
      calls: { kind: 'boolean', default: false, withNegated: false, brief: 'Say each call on stderr, in one line' },
      quiet: { kind: 'boolean', default: false, withNegated: false, brief: 'Nothing on stderr but warnings and a key' },
    },
    positional: { kind: 'tuple', parameters: [] },
  },
  docs: {
    brief: 'Serve models through the gateway, here: metered, on the path that is deployed',
    fullDescription: description,
  },
})
