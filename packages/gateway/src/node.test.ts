import { request as httpRequest } from 'node:http'
import { connect } from 'node:net'
import { afterEach, describe, expect, it } from 'vitest'
import type { GatewayResponse, Handler } from './http.ts'
import { DEFAULT_LIMITS, type Limits } from './limits.ts'
import { type Served, serveNode } from './node.ts'
import { AUTHORIZED, bytes, gatewayTo, type Gateway } from './testing/gateway.ts'
import { httpPlace, type Place, until, wait } from './testing/upstream.ts'

const open: { readonly close: () => Promise<unknown> }[] = []
afterEach(async () => {
  for (const one of open.splice(0)) await one.close()
})

const served = async (handler: Handler, limits: Partial<Limits> = {}): Promise<Served> => {
  const server = await serveNode(handler, { limits: { ...DEFAULT_LIMITS, ...limits } })
  open.push({ close: () => server.close(0) })
  return server
}
const upstream = async (...args: Parameters<typeof httpPlace>): Promise<Place> => {
  const place = await httpPlace(...args)
  open.push(place)
  return place
}
const OK: GatewayResponse = { status: 200, headers: {}, body: bytes('ok') }

/** What a raw connection is answered until it closes. */
const rawly = (url: string, text: string): Promise<string> =>
  new Promise((resolve) => {
    const socket = connect(Number(new URL(url).port), '127.0.0.1', () => socket.write(text))
    let answer = ''
    socket.setEncoding('utf8').on('data', (piece: string) => (answer += piece))
    socket.on('error', () => {})
    socket.on('close', () => resolve(answer))
  })

const EVENT = 'data: {"choices":[{"delta":{"content":"a"}}]}\n\n'
const CHAT = JSON.stringify({ model: 'm', messages: [], stream: true })

/** A gateway to a server that streams one event at once and another every 20 ms, until its client goes away. */
const streaming = async (
  limits: Partial<Limits> = {},
  event = EVENT,
): Promise<{ gateway: Gateway; url: string; isStopped: () => boolean }> => {
  let stopped = false
  const place = await upstream((_, response) => {
    response.writeHead(200, { 'content-type': 'text/event-stream' })
    response.write(event)
    const timer = setInterval(() => response.write(event), 20)
    response.on('close', () => {
      stopped = true
      clearInterval(timer)
    })
  })
  const gateway = gatewayTo({ kind: 'url', url: place.url }, { limits })
  const { url } = await served(gateway.handler, gateway.config.limits)
  return { gateway, url, isStopped: () => stopped }
}

describe('over HTTP', () => {
  it('is on loopback unless told otherwise', async () => {
    expect((await served(async () => OK)).url).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/)
  })

  it('hands over a request as it came', async () => {
    let seen: unknown
    const { url } = await served(async ({ signal, ...request }) => {
      expect(signal?.aborted).toBe(false)
      seen = { ...request, body: Buffer.from(request.body).toString() }
      return OK
    })
    await fetch(`${url}/v1/x?y=1`, { method: 'POST', headers: { 'X-Some': 'a' }, body: 'é' })
    expect(seen).toMatchObject({ method: 'POST', path: '/v1/x', headers: { 'x-some': 'a' }, body: 'é' })
  })

  it('passes each piece on as it comes', async () => {
    const { url } = await streaming()
    const started = performance.now()
    const answer = await fetch(`${url}/v1/chat/completions`, { method: 'POST', headers: AUTHORIZED, body: CHAT })
    const reader = answer.body!.getReader()
    // The stream never ends: that anything comes shows that nothing is gathered.
    expect(
      Buffer.from((await reader.read()).value!)
        .toString()
        .startsWith(EVENT),
    ).toBe(true)
    expect(performance.now() - started).toBeLessThan(1000)
    await reader.cancel()
  })

  it('stops the upstream when the client goes away, and records it', async () => {
    const { gateway, url, isStopped } = await streaming()
    const gone = new AbortController()
    const answer = await fetch(`${url}/v1/chat/completions`, {
      method: 'POST',
      headers: AUTHORIZED,
      body: CHAT,
      signal: gone.signal,
    })
    await answer.body!.getReader().read()
    gone.abort()
    await until(() => isStopped() && gateway.entries.length > 0)
    expect(isStopped()).toBe(true)
    expect(gateway.entries.map(({ status, httpStatus }) => ({ status, httpStatus }))).toEqual([
      { status: 'aborted', httpStatus: 200 },
    ])
    expect(gateway.faults).toEqual([])
  })

  it('stops the upstream when the client goes away before there is an answer', async () => {
    let stopped = false
    const place = await upstream((_, response) => void response.on('close', () => (stopped = true)))
    const gateway = gatewayTo({ kind: 'url', url: place.url })
    const { url } = await served(gateway.handler)
    const gone = new AbortController()
    const asking = fetch(`${url}/v1/chat/completions`, {
      method: 'POST',
      headers: AUTHORIZED,
      body: CHAT,
      signal: gone.signal,
    })
    await wait(100)
    gone.abort()
    await expect(asking).rejects.toThrow('aborted')
    await until(() => stopped && gateway.entries.length > 0)
    expect(stopped).toBe(true)
    expect(gateway.entries[0]).toMatchObject({ status: 'aborted', httpStatus: 499 })
  })

  it('cuts off a client that does not read, and stops the upstream', async () => {
    const { gateway, url, isStopped } = await streaming({ stallSeconds: 0.3 }, `data: ${'x'.repeat(1_000_000)}\n\n`)
    const request = httpRequest(`${url}/v1/chat/completions`, { method: 'POST', headers: AUTHORIZED })
    request.on('error', () => {})
    request.on('response', (response) => response.pause())
    request.end(CHAT)
    for (let tries = 0; tries < 4 && gateway.entries.length === 0; tries++)
      await until(() => gateway.entries.length > 0)
    // The upstream hears of it a moment after the line is written.
    await until(isStopped)
    request.destroy()
    expect(isStopped()).toBe(true)
    expect(gateway.entries[0]).toMatchObject({ status: 'aborted' })
  })

  it('cuts off a client that does not finish its request', async () => {
    const { url } = await served(async () => OK, { requestSeconds: 0.3 })
    const started = performance.now()
    const [headers, body] = await Promise.all([
      rawly(url, 'POST /v1/chat/completions HTTP/1.1\r\nhost: x\r\nx-slow: '),
      rawly(url, 'POST /v1/chat/completions HTTP/1.1\r\nhost: x\r\ncontent-length: 10\r\n\r\n{'),
    ])
    expect(performance.now() - started).toBeLessThan(5000)
    expect(headers).toMatch(/^HTTP\/1\.1 408 /)
    expect(body).toMatch(/^HTTP\/1\.1 408 .*"code":"request_timeout"/s)
  })

  it('takes no more headers and no more body than it may', async () => {
    const { url } = await served(async () => OK, { headerBytes: 2000, bodyBytes: 1000 })
    expect(await rawly(url, `GET / HTTP/1.1\r\nhost: x\r\nx-long: ${'x'.repeat(3000)}\r\n\r\n`)).toMatch(
      /^HTTP\/1\.1 431 .*"code":"headers_too_large"/s,
    )
    const declared = await rawly(url, `POST / HTTP/1.1\r\nhost: x\r\ncontent-length: 1001\r\n\r\n${'x'.repeat(10)}`)
    const chunked = await rawly(
      url,
      `POST / HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked\r\n\r\n3e9\r\n${'x'.repeat(1001)}\r\n`,
    )
    for (const answer of [declared, chunked]) {
      expect(answer).toMatch(/^HTTP\/1\.1 413 /)
      expect(answer).toContain('"code":"request_too_large"')
    }
    expect((await fetch(url, { method: 'POST', body: 'x'.repeat(1000) })).status).toBe(200)
  })

  it('holds no more of all requests together than it may, and takes more when those are answered', async () => {
    const answers: ((answer: GatewayResponse) => void)[] = []
    const { url } = await served(() => new Promise((resolve) => answers.push(resolve)), { heldBytes: 1000 })
    const post = (length: number): Promise<Response> => fetch(url, { method: 'POST', body: 'x'.repeat(length) })
    const first = post(900)
    await until(() => answers.length === 1)
    const second = await post(200)
    expect([second.status, second.headers.get('retry-after')]).toEqual([503, '1'])
    answers[0]?.(OK)
    expect((await first).status).toBe(200)
    const third = post(900)
    await until(() => answers.length === 2)
    answers[1]?.(OK)
    expect((await third).status).toBe(200)
  })

  it('answers what is no HTTP, and a smuggled request, with 400', async () => {
    const { url } = await served(async () => OK)
    for (const text of [
      'hello\r\n\r\n',
      'POST / HTTP/1.1\r\nhost: x\r\ncontent-length: 5\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n',
    ])
      expect(await rawly(url, text)).toMatch(/^HTTP\/1\.1 400 /)
  })

  it('lets calls under way end before it closes', async () => {
    const server = await serveNode(async () => {
      await wait(100)
      return OK
    })
    const asking = fetch(server.url)
    await wait(30)
    const closing = server.close()
    expect(await (await asking).text()).toBe('ok')
    await closing
    await expect(fetch(server.url)).rejects.toThrow('fetch failed')
  })

  it('says that a port is taken', async () => {
    const { url } = await served(async () => OK)
    await expect(serveNode(async () => OK, { port: Number(new URL(url).port) })).rejects.toThrow('EADDRINUSE')
  })
})
