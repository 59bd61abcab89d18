import { InputError } from '@breakeven/core'
import type { ServeFlags } from './flags.ts'

const LAST_PORT = 65_535

/** @throws InputError for flags that do not go together. */
export const checkFlags = (flags: ServeFlags): void => {
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

/** @throws InputError for what no client could be given as its base. */
export const checkUrl = (url: string): string => {
  if (URL.canParse(url) && /^https?:$/.test(new URL(url).protocol)) return url
  throw new InputError(`--upstream: "${url}" is no URL`, {
    hint: 'give the base as for a client: http://127.0.0.1:8000/v1',
  })
}
