import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { request } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { runCli } from '../app.ts'
import { testIo } from '../test-io.ts'
import type { ServedPage } from './serve.ts'
import { servePage } from './serve.ts'

let folder = ''
let page: ServedPage
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'breakeven-page-'))
  await writeFile(join(folder, 'index.html'), '<!doctype html>')
  page = await servePage(folder, 0)
})
afterAll(async () => {
  await page.close()
  await rm(folder, { recursive: true })
})

/** `fetch` tidies paths and hosts; this asks for exactly what it is given. */
const ask = (path: string, { method = 'GET', host = '127.0.0.1' } = {}): Promise<number> =>
  new Promise((resolve, reject) => {
    const { port } = new URL(page.url)
    request({ host: '127.0.0.1', port, path, method, headers: { host } }, (response) => {
      response.resume()
      resolve(response.statusCode ?? 0)
    })
      .on('error', reject)
      .end()
  })

test('the page, with a policy that allows nothing inline and nobody else', async () => {
  const response = await fetch(page.url)
  expect([response.status, await response.text()]).toEqual([200, '<!doctype html>'])
  const policy = response.headers.get('content-security-policy')
  expect(policy).toContain("default-src 'none'")
  expect(policy).not.toMatch(/unsafe|https?:|\*/)
})

test.each([
  ['/index.html', {}, 200],
  ['/index.html?again', {}, 200],
  ['/', { method: 'HEAD' }, 200],
  ['/none.js', {}, 404],
  ['/../serve.test.ts', {}, 404],
  ['/%2e%2e/%2e%2e/etc/passwd', {}, 404],
  ['/%', {}, 404],
  ['/%00', {}, 404],
  ['/index.html/more', {}, 404],
  ['/', { method: 'POST' }, 405],
  // Another site's name that resolves to this machine.
  ['/', { host: 'evil.example' }, 421],
  ['/', { host: 'localhost:4173' }, 200],
])('%s %o: %i', async (path, options, status) => {
  expect(await ask(path, options)).toBe(status)
})

test('a port that is taken is said so, with what to do', async () => {
  const taken = Number(new URL(page.url).port)
  await expect(servePage(folder, taken)).rejects.toThrow(`--port ${taken}: something else listens there`)
})

test.each(['65536', '1.5', 'http'])('--port %s is refused', async (port) => {
  const io = testIo()
  expect(await runCli(['page', '--no-open', '--port', port], io)).toBe(2)
  expect(io.err()).toContain(port)
})
