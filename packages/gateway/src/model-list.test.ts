import { afterEach, describe, expect, it } from 'vitest'
import { readConfig } from './config.ts'
import { createHandler } from './handler.ts'
import type { Handler } from './http.ts'
import { type ListedModel, modelLister, readModels } from './model-list.ts'
import { nodeSenders } from './node.ts'
import { AUTHORIZED, bytes, KEY, keyHash, memoryLedger, textOf } from './testing/gateway.ts'
import { deadPlace, httpPlace, type Place } from './testing/upstream.ts'
import type { Senders } from './upstream.ts'

const listOf = (...ids: readonly string[]): Uint8Array =>
  bytes({ object: 'list', data: ids.map((id) => ({ id, object: 'model', created: 7, owned_by: 'vllm' })) })
const anyModel = { '*': { kind: 'url', url: 'http://upstream.test/v1' } }
const configOf = (models: object): ReturnType<typeof readConfig> => readConfig({ models, keys: [keyHash(KEY)] })
const idsOf = (models: readonly ListedModel[]): readonly string[] => models.map(({ id }) => id)

describe('which models clients may name', () => {
  /** A lister on a clock that stands still until told, with what the upstream answers next. */
  const listerOf = (
    models: object,
  ): {
    readonly ids: () => Promise<readonly string[]>
    readonly world: { now: number; answer: () => Promise<Uint8Array>; asked: number }
  } => {
    const world = { now: 1000, answer: async () => listOf('a', 'b'), asked: 0 }
    const send: Senders['models'] = () => {
      world.asked++
      return world.answer()
    }
    const list = modelLister(configOf(models), send, () => world.now)
    return { ids: async () => idsOf(await list()), world }
  }

  it('those of the configuration first, then those that the upstream has, each once', async () => {
    const { ids } = listerOf({ b: { kind: 'url', url: 'http://other.test/v1' }, ...anyModel })
    expect(await ids()).toEqual(['b', 'a'])
  })

  it('nobody is asked where only named models are served', async () => {
    const { ids, world } = listerOf({ m: { kind: 'url', url: 'http://upstream.test/v1' } })
    expect(await ids()).toEqual(['m'])
    expect(world.asked).toBe(0)
  })

  it('asks once for all who wait, and again after half a minute', async () => {
    const { ids, world } = listerOf(anyModel)
    await Promise.all([ids(), ids(), ids()])
    world.now = 1029.9
    await ids()
    expect(world.asked).toBe(1)
    world.now = 1030
    world.answer = async () => listOf('c')
    expect(await ids()).toEqual(['c'])
    expect(world.asked).toBe(2)
  })

  it('what was last known holds while the upstream fails, which is asked again soon', async () => {
    const { ids, world } = listerOf(anyModel)
    await ids()
    world.now = 1030
    world.answer = () => Promise.reject(new Error('down'))
    expect(await ids()).toEqual(['a', 'b'])
    world.now = 1034.9
    expect(await ids()).toEqual(['a', 'b'])
    expect(world.asked).toBe(2)
    world.now = 1035
    world.answer = async () => listOf('c')
    expect(await ids()).toEqual(['c'])
  })
})

describe("an upstream's answer", () => {
  it('is read for what clients show, and no more', () => {
    const data = [
      { id: 'a', object: 'model', created: 5, owned_by: 'vllm', root: '/models/a', permission: [{}] },
      { id: 'b' },
      { id: '' },
      { id: 7 },
      { id: 'x'.repeat(257) },
      null,
      'c',
    ]
    expect(readModels(bytes({ data }))).toEqual([
      { id: 'a', object: 'model', created: 5, owned_by: 'vllm' },
      { id: 'b', object: 'model', created: 0, owned_by: 'upstream' },
    ])
    expect(readModels(listOf(...Array.from({ length: 6000 }, (_, at) => `m${at}`)))).toHaveLength(5000)
  })

  it.each([
    ['', 'Unexpected end'],
    ['<html>', 'Unexpected token'],
    ['[]', 'no list of models'],
    ['{}', 'no list of models'],
    ['{"data":{}}', 'no list of models'],
    ['null', 'no list of models'],
  ])('%j is no list', (text, message) => {
    expect(() => readModels(bytes(text))).toThrow(message)
  })
})

describe('over HTTP', () => {
  const places: Place[] = []
  afterEach(async () => {
    await Promise.all(places.splice(0).map(({ close }) => close()))
  })
  const gatewayTo = (url: string, apiKey?: string): Handler =>
    createHandler(configOf({ '*': { kind: 'url', url, ...(apiKey === undefined ? {} : { apiKey }) } }), {
      ledger: memoryLedger(),
      clock: () => Date.now() / 1000,
      send: nodeSenders(),
    })
  const get = async (handler: Handler, path: string, headers = AUTHORIZED): Promise<readonly [number, unknown]> => {
    const answer = await handler({ method: 'GET', path, headers, body: bytes('') })
    return [answer.status, JSON.parse(await textOf(answer))]
  }

  it('asks with our key and not with the client’s, and tells one model from the others', async () => {
    const seen: unknown[] = []
    const place = await httpPlace(({ method, url, headers }, response) => {
      seen.push([method, url, headers.authorization])
      response.writeHead(200, { 'content-type': 'application/json' }).end(listOf('org/model', 'b'))
    })
    places.push(place)
    const handler = gatewayTo(`${place.url}/v1`, 'their-key')
    const model = { id: 'org/model', object: 'model', created: 7, owned_by: 'vllm' }
    expect(await get(handler, '/v1/models')).toEqual([200, { object: 'list', data: [model, { ...model, id: 'b' }] }])
    expect(await get(handler, '/v1/models/org%2Fmodel')).toEqual([200, model])
    expect((await get(handler, '/v1/models/other'))[0]).toBe(404)
    expect((await get(handler, '/v1/models', { ...AUTHORIZED, authorization: 'Bearer no' }))[0]).toBe(401)
    expect(seen).toEqual([['GET', '/v1/models', 'Bearer their-key']])
  })

  it.each<[string, (place: Place) => Promise<string>, number, string]>([
    ['a refusal', async ({ url }) => url, 404, '{"error":"no"}'],
    ['no JSON', async ({ url }) => url, 200, '<html>'],
    ['more than four megabytes', async ({ url }) => url, 200, `{"data":[],"pad":"${'x'.repeat(4 * 1024 * 1024)}"}`],
    ['nobody', async () => (await deadPlace()).url, 200, ''],
  ])('%s there is an empty list here, and no error', async (_, urlOf, status, body) => {
    const place = await httpPlace((_request, response) => {
      response.writeHead(status, { 'content-type': 'application/json' }).end(body)
    })
    places.push(place)
    expect(await get(gatewayTo(await urlOf(place)), '/v1/models')).toEqual([200, { object: 'list', data: [] }])
  })
})
