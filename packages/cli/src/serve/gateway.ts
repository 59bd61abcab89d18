import { readFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import { InputError } from '@breakeven/core'
import { createHandler, type GatewayConfig, type Ledger, readConfig, type Upstream } from '@breakeven/gateway'
import { nodeSenders, type Served, serveNode } from '@breakeven/gateway/node'
import { listen } from '@breakeven/local'
import { fileError } from '../file-error.ts'
import type { ServedModel } from './models.ts'

/** @throws InputError with the file, and the key in it that is wrong. */
export const readConfigFile = async (file: string, cwd: string): Promise<GatewayConfig> => {
  const written = await readFile(resolve(cwd, file), 'utf8').catch((error: NodeJS.ErrnoException) => {
    throw fileError('--config', 'reading', file, error)
  })
  let value: unknown
  try {
    value = JSON.parse(written)
  } catch {
    throw new InputError('--config: the file is no JSON', { file })
  }
  try {
    return readConfig(value)
  } catch (error) {
    if (!(error instanceof InputError)) throw error
    const { message, hint, place } = error
    throw new InputError(message, { ...place, file, ...(hint === undefined ? {} : { hint }) })
  }
}

/** Models of this machine, each at an address of its own, and the way to it. */
const atAddresses = async (
  models: readonly ServedModel[],
): Promise<{ readonly upstreams: Readonly<Record<string, Upstream>>; readonly close: () => Promise<void> }> => {
  const served = await Promise.all(models.map(({ container }) => listen(container)))
  const upstreams = models.map(({ name }, index): [string, Upstream] => [
    name,
    { kind: 'url', url: `${served[index]?.url ?? ''}/v1` },
  ])
  return {
    upstreams: Object.fromEntries(upstreams),
    close: async () => {
      await Promise.all(served.map(({ close }) => close(0)))
    },
  }
}

export type GatewaySettings = {
  readonly models: readonly ServedModel[]
  /** By the name that clients use; `*` for any. */
  readonly upstreams: Readonly<Record<string, Upstream>>
  /** As in a configuration: `NAME:HASH`. */
  readonly keys: readonly string[]
  readonly ledger: Ledger
  readonly port: number
  readonly host: string
  readonly onFault: (error: unknown) => void
}

const serveConfig = async (
  config: GatewayConfig,
  { ledger, port, host, onFault }: Pick<GatewaySettings, 'ledger' | 'port' | 'host' | 'onFault'>,
): Promise<Served> => {
  const clock = (): number => Date.now() / 1000
  const handler = createHandler(config, { ledger, clock, send: nodeSenders(), onFault })
  try {
    return await serveNode(handler, { port, host, limits: config.limits })
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException
    const why = code === 'EADDRINUSE' ? 'something else listens there' : (code ?? message)
    throw new InputError(`cannot listen at ${host}, port ${port}: ${why}`, {
      hint: 'name another port, or 0 for any free one',
    })
  }
}

/** The gateway over `node:http`, as a configuration says. */
export const serveGateway = async (config: GatewayConfig | undefined, settings: GatewaySettings): Promise<Served> => {
  if (config !== undefined) return serveConfig(config, settings)
  const own = await atAddresses(settings.models)
  try {
    const models = { ...settings.upstreams, ...own.upstreams }
    const served = await serveConfig(readConfig({ models, auth: 'keys', keys: settings.keys }), settings)
    return {
      url: served.url,
      close: async (graceSeconds) => {
        await served.close(graceSeconds)
        await own.close()
      },
    }
  } catch (error) {
    await own.close()
    throw error
  }
}
