import { readFile } from 'node:fs/promises'
import type { IncomingMessage, Server, ServerResponse } from 'node:http'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { extname, join, normalize, sep } from 'node:path'
import { InputError } from '@breakeven/core'

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.bin': 'application/octet-stream',
}

/** Everything from here, nothing from anywhere else, and nothing inline. */
const POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "connect-src 'self'",
  "img-src 'self' blob: data:",
  "worker-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ')

const HEADERS = {
  'Content-Security-Policy': POLICY,
  'X-Content-Type-Options': 'nosniff',
  'Referrer-Policy': 'no-referrer',
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Resource-Policy': 'same-origin',
} as const

/** Vite names what is in `assets` by its content, so it never changes under its name. */
const cacheOf = (path: string): string =>
  path.startsWith('/assets/') ? 'public, max-age=31536000, immutable' : 'no-cache'

const isMissing = (error: unknown): boolean =>
  ['ENOENT', 'EISDIR', 'ENOTDIR'].includes((error as NodeJS.ErrnoException).code ?? '')

/** The path as it lies under the folder; undefined for one that leads out of it or is none. */
const pathUnder = (folder: string, url: string): string | undefined => {
  try {
    const path = normalize(join(folder, decodeURIComponent(url)))
    return path.startsWith(folder + sep) && !path.includes('\0') ? path : undefined
  } catch {
    return undefined
  }
}

/** Names under which this machine alone is reached: a foreign name that resolves to it (DNS rebinding) is turned away. */
const isLocal = (host: string | undefined): boolean => /^(?:localhost|127\.0\.0\.1|\[::1\])(?::\d+)?$/.test(host ?? '')

const answer = async (folder: string, request: IncomingMessage, response: ServerResponse): Promise<void> => {
  const refuse = (status: number, text: string): void => {
    response.writeHead(status, { ...HEADERS, 'Content-Type': 'text/plain; charset=utf-8' }).end(text)
  }
  if (!isLocal(request.headers.host)) return refuse(421, 'this page is served to this machine only')
  if (request.method !== 'GET' && request.method !== 'HEAD') return refuse(405, 'only GET and HEAD')
  const asked = (request.url ?? '/').split('?', 1)[0] ?? '/'
  const url = asked === '/' ? '/index.html' : asked
  const path = pathUnder(folder, url)
  if (path === undefined) return refuse(404, 'no such file')
  try {
    const bytes = await readFile(path)
    response.writeHead(200, {
      ...HEADERS,
      'Content-Type': TYPES[extname(path)] ?? 'application/octet-stream',
      'Content-Length': bytes.length,
      'Cache-Control': cacheOf(url),
    })
    response.end(request.method === 'HEAD' ? undefined : bytes)
  } catch (error) {
    if (!isMissing(error)) throw error
    refuse(404, 'no such file')
  }
}

export type ServedPage = { readonly url: string; readonly close: () => Promise<void> }

/**
 * Serves a folder to this machine alone. Port 0 takes any free one.
 *
 * @throws InputError where the port is taken or not allowed.
 */
export const servePage = async (folder: string, port: number): Promise<ServedPage> => {
  const root = normalize(folder).replace(/[/\\]$/, '')
  const server: Server = createServer((request, response) => {
    answer(root, request, response).catch(() => response.destroy())
  })
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      reject(
        new InputError(
          `--port ${port}: ${error.code === 'EADDRINUSE' ? 'something else listens there' : error.message}`,
          {
            hint: 'name another port, or 0 for any free one',
          },
        ),
      )
    })
    server.listen(port, '127.0.0.1', resolve)
  })
  const { port: taken } = server.address() as AddressInfo
  return {
    url: `http://127.0.0.1:${taken}/`,
    close: () =>
      new Promise((resolve) => {
        server.closeAllConnections()
        server.close(() => resolve())
      }),
  }
}
