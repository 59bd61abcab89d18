import type { GatewayConfig, Ledger, Upstream } from '@breakeven/gateway'
import type { Served } from '@breakeven/gateway/node'
import { InputError } from '@breakeven/core'
import { type LocalPath, serveLocalPath, urlContainer } from '@breakeven/local'
import type { Io } from '../io.ts'
import type { Banner } from './banner.ts'
import { checkUrl } from './check.ts'
import type { ServeFlags } from './flags.ts'
import { readConfigFile, serveGateway } from './gateway.ts'
import { type Key, keyOf, PROJECT, upstreamKey } from './key.ts'
import { checkNames, type ServedModel, smallModels, twinModels } from './models.ts'

/** The server of `--upstream`, as the container of an endpoint. */
const upstreamModel = (url: string, name: string, apiKey: string | undefined): ServedModel => ({
  name,
  about: `at ${url}`,
  container: urlContainer(url, apiKey),
  shape: 'openai',
  task: 'generate',
  stop: () => {},
})

/** Named before the small ones, so that an example shows what was asked for. */
const localModels = async (flags: ServeFlags, io: Io): Promise<readonly ServedModel[]> => {
  const { upstream, model, twin = [], labels } = flags
  const named = [
    ...twinModels(twin, flags),
    ...(upstream === undefined || model === undefined
      ? []
      : [upstreamModel(checkUrl(upstream), model, upstreamKey(flags, io))]),
  ]
  try {
    return [...named, ...(await smallModels(labels, io.cwd))]
  } catch (error) {
    // Without its packages the rest can be served all the same.
    if (!(error instanceof InputError) || named.length === 0 || labels !== undefined) throw error
    io.stderr.write(`${error.message}: left out. ${error.hint ?? ''}\n`)
    return named
  }
}

/** Opens the ledger: when all else is known to be right, so that a slip leaves no empty file behind. */
export type Open = () => Promise<Ledger>

/** What is being served, with what a person is told of it. */
export type Serving = {
  readonly served: Served
  readonly models: Banner['models']
  readonly title: string
  readonly key?: Key
  readonly header: Banner['header']
  /** Said at the end, beside the calls. */
  readonly ended?: () => string
}

const ms = (seconds: number): string => `${(seconds * 1000).toFixed(1)} ms`

const startsText = (starts: readonly number[]): string => {
  if (starts.length === 0) return ''
  const slowest = Math.max(...starts)
  return `${starts.length} Lambda environment${starts.length === 1 ? '' : 's'} started, the slowest in ${ms(slowest)}`
}

/** The whole path on this machine. */
export const serveLocal = async (flags: ServeFlags, open: Open, io: Io): Promise<Serving> => {
  const key = keyOf(flags, io)
  const models = await localModels(flags, io)
  checkNames(models.map(({ name }) => name))
  const ledger = await open()
  const { front = 'rest', requestsPerSecond, startsIn, port, host } = flags
  const path: LocalPath = await serveLocalPath({
    models: Object.fromEntries(models.map((model) => [model.name, model])),
    front,
    keys: [{ id: PROJECT, sha256: key.sha256 }],
    ...(requestsPerSecond === undefined
      ? {}
      : { throttle: { requestsPerSecond, burst: Math.ceil(2 * requestsPerSecond) } }),
    ...(startsIn === undefined ? {} : { capacityAfterSeconds: startsIn }),
    port,
    host,
    onCall: (entry) => {
      ledger.append(entry).catch(() => io.stderr.write('the ledger cannot be written\n'))
    },
    onLog: (line) => io.stderr.write(`lambda: ${line}\n`),
  })
  return {
    served: {
      url: path.url,
      close: async (graceSeconds) => {
        await path.close(graceSeconds)
        for (const { stop } of models) stop()
      },
    },
    models,
    title: `API Gateway (${front === 'rest' ? 'REST' : 'HTTP'}), Lambda (${(path.bundleBytes / 1000).toFixed(1)} KB) and SageMaker, on this machine`,
    key,
    header: front === 'rest' ? 'x-api-key' : 'authorization',
    ended: () => startsText(path.coldStarts()),
  }
}

const ofConfig = ({ models }: GatewayConfig): Banner['models'] =>
  Object.entries(models).map(([name, upstream]) => ({
    ...(name === '*' ? {} : { name }),
    about:
      upstream.kind === 'url' ? `at ${upstream.url}` : `SageMaker endpoint ${upstream.endpoint}, ${upstream.region}`,
    task: upstream.kind === 'url' ? 'generate' : upstream.task,
  }))

/** The gateway alone, before a configuration, a server or twins. */
export const serveHere = async (flags: ServeFlags, open: Open, io: Io): Promise<Serving> => {
  const { port, host, twin = [], upstream, model } = flags
  const onFault = (error: unknown): void =>
    io.stderr.write(`gateway: ${error instanceof Error ? error.name : 'error'}\n`)
  const common = { port, host, onFault }
  if (flags.config !== undefined) {
    const config = await readConfigFile(flags.config, io.cwd)
    const served = await serveGateway(config, { ...common, ledger: await open(), models: [], upstreams: {}, keys: [] })
    return { served, models: ofConfig(config), title: 'The gateway', header: 'authorization' }
  }
  const key = keyOf(flags, io)
  const models = twinModels(twin, flags)
  checkNames([...models.map(({ name }) => name), ...(model === undefined ? [] : [model])])
  const apiKey = upstreamKey(flags, io)
  const upstreams: Readonly<Record<string, Upstream>> =
    upstream === undefined
      ? {}
      : { [model ?? '*']: { kind: 'url', url: checkUrl(upstream), ...(apiKey === undefined ? {} : { apiKey }) } }
  const keys = [`${PROJECT}:${key.sha256}`]
  const served = await serveGateway(undefined, { ...common, ledger: await open(), models, upstreams, keys })
  return {
    served: {
      url: served.url,
      close: async (graceSeconds) => {
        await served.close(graceSeconds)
        for (const { stop } of models) stop()
      },
    },
    models: [
      ...models,
      ...(upstream === undefined
        ? []
        : [{ ...(model === undefined ? {} : { name: model }), about: `at ${upstream}`, task: 'generate' as const }]),
    ],
    title: 'The gateway',
    key,
    header: 'authorization',
  }
}
