import { randomUUID } from 'node:crypto'
import type { Seconds } from '@breakeven/core'
import { InputError } from '@breakeven/core'
import { lengthOf } from './bytes.ts'
import { forward } from './call.ts'
import type { GatewayConfig } from './config.ts'
import { Fault, faultAnswer, jsonAnswer } from './fault.ts'
import type { GatewayRequest, GatewayResponse, Handler } from './http.ts'
import { callersOf } from './keys.ts'
import type { Ledger } from './ledger.ts'
import { type ListedModel, modelLister } from './model-list.ts'
import { openRecord, placeOf } from './record.ts'
import { readRequest, taskOf } from './request.ts'
import type { Route, Senders } from './upstream.ts'

export type HandlerParts = {
  readonly ledger: Ledger
  /** Seconds since 1970. */
  readonly clock: () => Seconds
  readonly send: Senders
  /** Told what no client is: that a ledger line could not be written, or a bug. Never a key or a text. */
  readonly onFault?: (error: unknown) => void
}

const ROUTES: ReadonlyMap<string, Route> = new Map([
  ['/v1/chat/completions', 'chat'],
  ['/v1/completions', 'completions'],
  ['/v1/embeddings', 'embeddings'],
  ['/v1/classify', 'classify'],
])
const MODELS = '/v1/models'

const only = (method: string, path: string, wanted: string): void => {
  if (method !== wanted) throw new Fault(405, `${path} takes ${wanted}.`, { code: 'method_not_allowed' })
}

const modelsAnswer = (list: readonly ListedModel[], path: string): GatewayResponse => {
  if (path === MODELS) return jsonAnswer(200, JSON.stringify({ object: 'list', data: list }))
  const asked = path.slice(MODELS.length + 1)
  const model = list.find(({ id }) => id === asked || encodeURIComponent(id) === asked)
  if (model) return jsonAnswer(200, JSON.stringify(model))
  throw new Fault(404, 'No such model here.', { code: 'model_not_found', param: 'model' })
}

const checkSenders = ({ models }: GatewayConfig, send: Senders): void => {
  for (const [name, { kind }] of Object.entries(models))
    if (!send[kind])
      throw new InputError(`The model ${name} is at a ${kind} upstream, which cannot be reached from here.`, {
        key: `models.${name}.kind`,
      })
}

/** The gateway: routes, asks for the key, forwards, meters. @throws InputError for an upstream that has no sender. */
export const createHandler = (
  config: GatewayConfig,
  { ledger, clock, send, onFault = () => {} }: HandlerParts,
): Handler => {
  checkSenders(config, send)
  const callerOf = callersOf(config)
  const listModels = modelLister(config, send.models, clock)
  const { limits } = config
  const places = new Map(Object.values(config.models).map((upstream) => [upstream, placeOf(upstream)]))
  let underway = 0

  const called = (route: Route, request: GatewayRequest, project: string | undefined): Promise<GatewayResponse> => {
    const body = request.pieces ?? [request.body]
    const requestBytes = lengthOf(body)
    if (requestBytes > limits.bodyBytes)
      throw new Fault(413, `The body has more than ${limits.bodyBytes} bytes.`, { code: 'request_too_large' })
    const asked = readRequest(config, route, body)
    if (underway >= limits.calls)
      throw new Fault(503, 'Too many calls are under way.', { code: 'overloaded', retrySeconds: 1 })
    const id = randomUUID()
    const { model, upstream, isStream } = asked
    const record = openRecord(
      {
        id,
        task: taskOf(route),
        model,
        provider: upstream.kind === 'url' ? upstream.provider : undefined,
        place: places.get(upstream) ?? upstream.kind,
        project,
        streamed: isStream,
        requestBytes,
      },
      { ledger, clock, onFault, onClose: () => underway-- },
    )
    underway++
    return forward({ id, route, asked, request, limits, send, record, onFault })
  }

  const answer = async (request: GatewayRequest): Promise<GatewayResponse> => {
    const { method, path, headers } = request
    if (path === '/healthz') return jsonAnswer(200, '{"status":"ok"}')
    const route = ROUTES.get(path)
    const isModels = path === MODELS || path.startsWith(`${MODELS}/`)
    if (!route && !isModels) throw new Fault(404, 'There is nothing at this path.', { code: 'not_found' })
    const project = callerOf(headers, request.caller)
    only(method, path, route ? 'POST' : 'GET')
    return route ? await called(route, request, project) : modelsAnswer(await listModels(), path)
  }

  return async (request) => {
    try {
      return await answer(request)
    } catch (error) {
      if (error instanceof Fault) return faultAnswer(error)
      onFault(error)
      return faultAnswer(new Fault(500, 'The gateway failed.', { code: 'internal_error' }))
    }
  }
}
