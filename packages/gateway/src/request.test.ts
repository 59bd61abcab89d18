import { describe, expect, it } from 'vitest'
import { readConfig } from './config.ts'
import { Fault } from './fault.ts'
import { readRequest } from './request.ts'
import { bytes, keyHash } from './testing/gateway.ts'
import type { Route } from './upstream.ts'

const config = readConfig({
  keys: [keyHash('k')],
  models: {
    m: { kind: 'url', url: 'http://127.0.0.1:8000/v1' },
    renamed: { kind: 'url', url: 'http://127.0.0.1:8000/v1', model: 'meta/llama "8B"' },
    silent: { kind: 'url', url: 'http://127.0.0.1:8000/v1', asksUsage: false },
    bert: { kind: 'sagemaker', endpoint: 'e', region: 'us-east-1', shape: 'huggingface', task: 'classify' },
  },
})

const sent = (body: string, route: Route = 'chat'): { text: string; withholds: boolean; isStream: boolean } => {
  const { body: out, withholdsUsage, isStream } = readRequest(config, route, [bytes(body)])
  return { text: Buffer.concat(out).toString(), withholds: withholdsUsage, isStream }
}
const refused = (body: string, route: Route = 'chat'): unknown => {
  try {
    readRequest(config, route, [bytes(body)])
  } catch (error) {
    if (error instanceof Fault) return { status: error.status, ...error.details }
    throw error
  }
  return 'taken'
}

describe('a request', () => {
  it('is passed on byte for byte where nothing must change', () => {
    for (const body of [
      '{"model":"m","messages":[]}',
      ' { "messages" : [ ] , "model" : "m", "stream": false }',
      '{"model":"m","messages":[],"stream":null}',
    ])
      expect(sent(body)).toEqual({ text: body, withholds: false, isStream: false })
  })

  it('of a stream is made to report its usage, and the client hears of it only if it asked', () => {
    expect(sent('{"model":"m","stream":true,"messages":[]}')).toEqual({
      text: '{"stream_options":{"include_usage":true},"model":"m","stream":true,"messages":[]}',
      withholds: true,
      isStream: true,
    })
    expect(sent('{"model":"m","stream":true,"messages":[],"stream_options":null}').text).toBe(
      '{"model":"m","stream":true,"messages":[],"stream_options":{"include_usage":true}}',
    )
    expect(sent('{"model":"m","stream":true,"messages":[],"stream_options":{"include_usage":false,"x":1}}').text).toBe(
      '{"model":"m","stream":true,"messages":[],"stream_options":{"include_usage":true,"x":1}}',
    )
    const asked = '{"model":"m","stream":true,"messages":[],"stream_options":{"include_usage":true}}'
    expect(sent(asked)).toEqual({ text: asked, withholds: false, isStream: true })
  })

  it('is left as it is for a server that refuses stream_options', () => {
    const body = '{"model":"silent","stream":true,"messages":[]}'
    expect(sent(body)).toEqual({ text: body, withholds: false, isStream: true })
  })

  it('gets the upstream’s name of the model, and nothing else changes', () => {
    expect(sent('{"stream":true, "model" : "renamed","messages":["é"]}').text).toBe(
      '{"stream_options":{"include_usage":true},"stream":true, "model" : "meta/llama \\"8B\\"","messages":["é"]}',
    )
  })

  it('is refused where it is none', () => {
    for (const body of ['', '[]', 'null', '{"model":"m"', 'messages=1'])
      expect(refused(body)).toEqual({ status: 400, code: 'invalid_json' })
    for (const body of [
      '{}',
      '{"model":1,"messages":[]}',
      '{"model":"","messages":[]}',
      `{"model":"${'x'.repeat(257)}","messages":[]}`,
    ])
      expect(refused(body)).toMatchObject({ status: 400, param: 'model' })
    expect(refused('{"model":"m"}')).toMatchObject({ status: 400, param: 'messages' })
    expect(refused('{"model":"m"}', 'embeddings')).toMatchObject({ status: 400, param: 'input' })
    expect(refused('{"model":"m","messages":[],"stream":"yes"}')).toMatchObject({ status: 400, param: 'stream' })
    expect(refused('{"model":"m","messages":[],"stream":tru}')).toMatchObject({ status: 400, param: 'stream' })
  })

  it('may not say a thing twice that two parsers might read differently', () => {
    expect(refused('{"model":"m","model":"renamed","messages":[]}')).toMatchObject({ status: 400, param: 'model' })
    expect(refused('{"model":"m","messages":[],"stream":true,"str\\u0065am":false}')).toMatchObject({
      status: 400,
      param: 'stream',
    })
    expect(refused('{"model":"m","messages":[],"messages":[]}')).toMatchObject({ status: 400, param: 'messages' })
  })

  it('reaches only what the configuration names, whatever it calls its model', () => {
    for (const model of ['gpt-4o', '__proto__', 'constructor', 'toString', '*', 'http://169.254.169.254/'])
      expect(refused(JSON.stringify({ model, messages: [] }))).toEqual({
        status: 404,
        code: 'model_not_found',
        param: 'model',
      })
  })

  it('for another task than the endpoint’s is refused before it costs a start', () => {
    expect(refused('{"model":"bert","messages":[]}')).toMatchObject({ status: 400, code: 'wrong_task' })
    expect(refused('{"model":"bert","input":"x"}', 'classify')).toBe('taken')
  })
})
