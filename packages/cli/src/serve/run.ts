import { createHash, randomBytes } from 'node:crypto'
import { resolve } from 'node:path'
import { type HostChoice, InputError, type Seconds } from '@breakeven/core'
import type { GatewayConfig, Ledger, LedgerEntry, Upstream } from '@breakeven/gateway'
import type { Served } from '@breakeven/gateway/node'
import { type LocalPath, serveLocalPath, urlContainer } from '@breakeven/local'
import type { Io } from '../io.ts'
import { type Banner, bannerText } from './banner.ts'
import { readConfigFile, serveGateway } from './gateway.ts'
import { heard, openLedger } from './ledger.ts'
import { type ServedModel, smallModels, twinModels } from './models.ts'
import { callText, newTally, type Tally } from './tally.ts'

export type ServeFlags = {
  readonly upstream?: string
  readonly upstreamKeyEnv?: string
  readonly model?: string
  readonly twin?: readonly HostChoice[]
  readonly outputTokens: number
  readonly replicas?: number
  readonly local: boolean
  readonly front?: 'rest' | 'http'
  readonly requestsPerSecond?: number
  readonly startsIn?: Seconds
  readonly labels?: string
  readonly config?: string
  readonly key?: string
  readonly ledger: string
  readonly port: number
  readonly host: string
  readonly calls: boolean
  readonly quiet: boolean
}

const LAST_PORT = 65_535

const checkFlags = (flags: ServeFlags): void => {
  const { upstream, twin, local, config, port } = flags
  if (!Number.isInteger(port) || port > LAST_PORT)
    throw new InputError(`--port ${port}: ports are whole numbers from 0 to ${LAST_PORT}`)
  if (upstream === undefined && twin === undefined && !local && config === undefined)
    throw new InputError('there is nothing to serve', {
      hint: 'give --upstream URL, --twin MODEL@INSTANCE, --local or --config FILE; --help has examples',
    })
  if (config !== undefined) {
    const other = (['upstream', 'twin', 'key', 'model', 'labels'] as const).find((name) => flags[name] !== undefined)
    const clash = local ? 'local' : other
    if (clash !== undefined)
      throw new InputError(`--config says all that is served: --${clash} does not go with it`, {
        hint: 'put it into the file, or leave --config out',
      })
  }
  const localOnly = (['front', 'requestsPerSecond', 'startsIn', 'labels'] as const).find(
    (name) => flags[name] !== undefined,
  )
  if (localOnly !== undefined && !local) {
    const name = localOnly.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)
    throw new InputError(`--${name} is of the local path`, { hint: 'add --local' })
  }
  if (upstream === undefined && (flags.model !== undefined || flags.upstreamKeyEnv !== undefined))
    throw new InputError('--model and --upstream-key-env are of --upstream, which is not given')
  if (local && upstream !== undefined && flags.model === undefined)
    throw new InputError('--local needs the name of the model behind --upstream', {
      hint: 'an endpoint serves one model: add --model NAME',
    })
}

const checkUrl = (url: string): string => {
  if (URL.canParse(url) && /^https?:$/.test(new URL(url).protocol)) return url
  throw new InputError(`--upstream: "${url}" is no URL`, {
    hint: 'give the base as for a client: http://127.0.0.1:8000/v1',
  })
}

const upstreamKey = ({ upstreamKeyEnv }: ServeFlags, { env }: Io): string | undefined => {
  if (upstreamKeyEnv === undefined) return undefined
  const key = env[upstreamKeyEnv]
  if (key === undefined || key === '')
    throw new InputError(`--upstream-key-env: there is no environment variable ${upstreamKeyEnv}`, {
      hint: `export ${upstreamKeyEnv}=…`,
    })
  return key
}

type Key = { readonly value: string; readonly made: boolean; readonly sha256: string }

/** Under which a key's calls are in the ledger. */
const PROJECT = 'local'
const KEY_BYTES = 24

const keyOf = ({ key }: ServeFlags, { env }: Io): Key => {
  const given = key ?? (env['BREAKEVEN_KEY'] || undefined)
  const value = given ?? `bk-${randomBytes(KEY_BYTES).toString('base64url')}`
  if (/[^\u0021-\u007E]/.test(value)) throw new InputError('a key has visible ASCII characters only, and no blanks')
  return { value, made: given === undefined, sha256: createHash('sha256').update(value).digest('hex') }
}

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

type Serving = {
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

const serveLocal = async (flags: ServeFlags, ledger: Ledger, io: Io): Promise<Serving> => {
  const key = keyOf(flags, io)
  const models = await localModels(flags, io)
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

const serveHere = async (flags: ServeFlags, ledger: Ledger, io: Io): Promise<Serving> => {
  const { port, host, twin = [], upstream, model } = flags
  const onFault = (error: unknown): void =>
    io.stderr.write(`gateway: ${error instanceof Error ? error.name : 'error'}\n`)
  const common = { ledger, port, host, onFault }
  if (flags.config !== undefined) {
    const config = await readConfigFile(flags.config, io.cwd)
    const served = await serveGateway(config, { ...common, models: [], upstreams: {}, keys: [] })
    return { served, models: ofConfig(config), title: 'The gateway', header: 'authorization' }
  }
  const key = keyOf(flags, io)
  const models = twinModels(twin, flags)
  const apiKey = upstreamKey(flags, io)
  const upstreams: Readonly<Record<string, Upstream>> =
    upstream === undefined
      ? {}
      : { [model ?? '*']: { kind: 'url', url: checkUrl(upstream), ...(apiKey === undefined ? {} : { apiKey }) } }
  const served = await serveGateway(undefined, { ...common, models, upstreams, keys: [`${PROJECT}:${key.sha256}`] })
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

const LOOPBACK = /^(?:127\.\d+\.\d+\.\d+|localhost|::1)$/

const warnOfHost = (host: string, io: Io): void => {
  if (!LOOPBACK.test(host))
    io.stderr.write(
      `warning: ${host} can be reached from other machines, without TLS: keys and prompts pass in clear. Put a proxy with TLS in front.\n`,
    )
}

const endText = (tally: Tally, { ended }: Serving, ledger: string): string => {
  const more = ended?.() ?? ''
  const hint = tally.calls() > 0 && ledger !== '-' ? `price them: breakeven compare ${ledger}\n` : ''
  return `\n${tally.text()}${more === '' ? '' : `; ${more}`}\n${hint}`
}

const interrupted = (): Promise<void> =>
  new Promise((end) => {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => end())
  })

/** `breakeven serve`: until it is interrupted; then those under way end, and what was served is said. */
export const runServe = async (flags: ServeFlags, io: Io): Promise<void> => {
  checkFlags(flags)
  warnOfHost(flags.host, io)
  const file = await openLedger(flags.ledger === '-' ? '-' : resolve(io.cwd, flags.ledger), io.stdout)
  const tally = newTally()
  const ledger = heard(file, (entry: LedgerEntry) => {
    tally.add(entry)
    if (flags.calls) io.stderr.write(`${callText(entry)}\n`)
  })
  try {
    const serving = await (flags.local ? serveLocal : serveHere)(flags, ledger, io)
    const { served, models, title, key, header } = serving
    const { url } = served
    const banner = { url, title, models, header, ledger: flags.ledger, ...(key === undefined ? {} : { key }) }
    if (!flags.quiet) io.stderr.write(bannerText(banner))
    else if (key?.made === true) io.stderr.write(`key, made for this run: ${key.value}\n`)
    const address = flags.ledger === '-' ? io.stderr : io.stdout
    // Listens before it says that it does: who reads the address may interrupt at once.
    const end = interrupted()
    address.write(`${url}/v1\n`)
    await end
    await served.close()
    await file.close()
    if (!flags.quiet) io.stderr.write(endText(tally, serving, flags.ledger))
  } catch (error) {
    await file.close()
    throw error
  }
}
