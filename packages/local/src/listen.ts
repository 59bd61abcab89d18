import { InputError } from '@breakeven/core'
import { DEFAULT_LIMITS, type Handler } from '@breakeven/gateway'
import { type Served, serveNode } from '@breakeven/gateway/node'

/** Above every limit of what stands in here: each says itself, in its own words, what is too large. */
const BODY_BYTES = 32 * 1024 * 1024

const LAST_PORT = 65_535

/**
 * Serves a handler over HTTP, to this machine unless another host is named. Port 0 takes any free one.
 *
 * @throws InputError where the port is taken or not allowed.
 */
export const listen = async (handler: Handler, port = 0, host = '127.0.0.1'): Promise<Served> => {
  if (!Number.isInteger(port) || port < 0 || port > LAST_PORT)
    throw new InputError(`port ${port}: ports are whole numbers from 0 to ${LAST_PORT}`)
  try {
    return await serveNode(handler, { host, port, limits: { ...DEFAULT_LIMITS, bodyBytes: BODY_BYTES } })
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException
    const why = code === 'EADDRINUSE' ? 'something else listens there' : (code ?? message)
    throw new InputError(`cannot listen at ${host}, port ${port}: ${why}`, {
      hint: 'name another port, or 0 for any free one',
    })
  }
}
