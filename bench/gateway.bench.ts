/**
 * What the gateway costs, as ratios in one run: `node bench/gateway.bench.ts`, a minute or two.
 * `npm install --ignore-scripts` in bench/portkey adds the line against Portkey's gateway.
 */
import { type ChildProcess, fork } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import autocannon from 'autocannon'
import { bundleLambda } from '@breakeven/gateway/bundle'
import { SERVERS } from './gateway/servers.ts'

const SELF = fileURLToPath(import.meta.url)
const here = (path: string): string => fileURLToPath(new URL(path, import.meta.url))
const CONNECTIONS = 16
const ROUNDS = 15

const median = (values: readonly number[]): number =>
  values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN

/** A process that tells its own processor time when asked, whatever runs in it. */
const TELLS_CPU = `data:text/javascript,process.on("message",()=>process.send(process.cpuUsage()))`
type Server = {
  readonly name: string
  readonly url: string
  readonly child: ChildProcess
  readonly headers: Readonly<Record<string, string>>
}

const HEADERS = { 'content-type': 'application/json', authorization: 'Bearer sk-bench' }

const start = async (name: string, to = ''): Promise<Server> => {
  const child = fork(SELF, [name, to], {
    execArgv: ['--import', TELLS_CPU],
    env: { ...process.env, AWS_ACCESS_KEY_ID: 'AKIDEXAMPLE', AWS_SECRET_ACCESS_KEY: 'secret' },
  })
  const url = await new Promise<string>((resolve) => child.once('message', (message) => resolve(message as string)))
  return { name, url, child, headers: HEADERS }
}

const freePort = (): Promise<number> =>
  new Promise((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const address = server.address()
      server.close(() => resolve(typeof address === 'object' && address ? address.port : 0))
    })
  })

const PORTKEY = here('portkey/node_modules/@portkey-ai/gateway/build/start-server.js')
const startPortkey = async (to: string): Promise<Server | undefined> => {
  if (!existsSync(PORTKEY)) return undefined
  const port = await freePort()
  const child = fork(PORTKEY, [`--port=${port}`, '--headless'], {
    execArgv: ['--import', TELLS_CPU],
    stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
  })
  const url = `http://127.0.0.1:${port}`
  for (let tries = 0; tries < 100; tries++) {
    const isUp = await fetch(url).then(
      () => true,
      () => false,
    )
    if (isUp) break
    await new Promise((resolve) => setTimeout(resolve, 100))
  }
  return {
    name: 'Portkey',
    url,
    child,
    headers: { ...HEADERS, 'x-portkey-provider': 'openai', 'x-portkey-custom-host': `${to}/v1` },
  }
}

const cpuSeconds = (server: Server): Promise<number> =>
  new Promise((resolve) => {
    server.child.once('message', (usage) => {
      const { user, system } = usage as NodeJS.CpuUsage
      resolve((user + system) / 1e6)
    })
    server.child.send('cpu')
  })

/** Processor seconds of the server for each of so many requests. */
const costOf = async (server: Server, body: string, amount: number): Promise<number> => {
  const before = await cpuSeconds(server)
  const result = await autocannon({
    url: `${server.url}/v1/chat/completions`,
    method: 'POST',
    headers: server.headers,
    body,
    connections: CONNECTIONS,
    amount,
  })
  if (result.errors > 0 || result.non2xx > 0 || result['2xx'] < amount)
    throw new Error(`${server.name}: ${JSON.stringify(result)}`)
  return ((await cpuSeconds(server)) - before) / amount
}

const show = (seconds: number): string => `${(seconds * 1e6).toFixed(0)} us`

type Costs = { readonly seconds: readonly number[]; readonly ratios: readonly number[] }

/**
 * The cost of the last server, and its ratio to each other one, by the median of many short rounds in turn: what else the
 * machine does falls on neighbours alike.
 */
const compareCosts = async (servers: readonly Server[], body: string, amount: number): Promise<Costs> => {
  const rounds: number[][] = []
  for (const server of servers) await costOf(server, body, amount * 3)
  for (let round = 0; round < ROUNDS; round++) {
    const costs: number[] = []
    for (const server of servers) costs.push(await costOf(server, body, amount))
    rounds.push(costs)
  }
  const last = servers.length - 1
  return {
    seconds: servers.map((_, index) => median(rounds.map((costs) => costs[index]!))),
    ratios: servers.map((_, index) => median(rounds.map((costs) => costs[last]! / costs[index]!))),
  }
}

const chat = (text: string, more: object = {}): string =>
  JSON.stringify({ model: 'm', ...more, messages: [{ role: 'user', content: text }] })
const SMALL = chat('What do we pay for this? '.repeat(40))
const LARGE = chat(
  'It was the best of times, it was the worst of times, it was the age of "wisdom", it was the age of foolishness.\n'.repeat(
    2350,
  ),
)
const STREAM = chat('What do we pay for this? '.repeat(40), { stream: true })

const report = (what: string, { seconds, ratios }: Costs, other: number, target: string): void =>
  console.log(
    `${what.padEnd(46)} ${ratios[other]!.toFixed(2)}x  (${show(seconds.at(-1)!)} to ${show(seconds[other]!)}; wanted ${target})`,
  )

const firstTokenMs = async ({ url, headers }: Server): Promise<number> => {
  const started = performance.now()
  const answer = await fetch(`${url}/v1/chat/completions`, { method: 'POST', headers, body: STREAM })
  const reader = answer.body!.getReader()
  await reader.read()
  const took = performance.now() - started
  while (!(await reader.read()).done);
  return took
}

const benchUrls = async (): Promise<void> => {
  const upstream = await start('upstream')
  const [bare, gateway, portkey] = [
    await start('bare', upstream.url),
    await start('gateway', upstream.url),
    await startPortkey(upstream.url),
  ]
  try {
    const small = await compareCosts([bare, ...(portkey ? [portkey] : []), gateway], SMALL, 600)
    report('CPU a request, to a bare proxy', small, 0, 'at most 1.6x')
    if (portkey) report('CPU a request, to Portkey 1.15.2', small, 1, 'at most 0.125x')
    else console.log('CPU a request, to Portkey: not measured; npm install --ignore-scripts in bench/portkey')
    // Without Portkey: 1.15.2 answers streams with 500 under Node 24, where the headers of a fetched response are fixed.
    const streams = await compareCosts([bare, gateway], STREAM, 60)
    report('CPU a stream of 100 chunks, to a bare proxy', streams, 0, 'no target')
    const large = await compareCosts([bare, gateway], LARGE, 150)
    report(`CPU a prompt of ${(LARGE.length / 1024).toFixed(0)} KB, to a bare proxy`, large, 0, 'at most 1.3x')
    const [direct, through]: [number[], number[]] = [[], []]
    for (let nth = 0; nth < 40; nth++) {
      direct.push(await firstTokenMs(upstream))
      through.push(await firstTokenMs(gateway))
    }
    console.log(
      `${'time to the first token added'.padEnd(46)} ${(median(through) - median(direct)).toFixed(2)} ms (${median(through).toFixed(2)} to ${median(direct).toFixed(2)} ms; wanted at most 3 ms)`,
    )
  } finally {
    for (const server of [upstream, bare, gateway, portkey]) server?.child.kill()
  }
}

const benchSageMaker = async (): Promise<void> => {
  const runtime = await start('runtime')
  const [bare, gateway] = [await start('bare SDK', runtime.url), await start('gateway to SageMaker', runtime.url)]
  try {
    const costs = await compareCosts([bare, gateway], SMALL, 300)
    report('CPU a request to SageMaker, to a bare SDK call', costs, 0, 'at most 1.2x')
  } finally {
    for (const server of [runtime, bare, gateway]) server.child.kill()
  }
}

/** From a new process with nothing loaded to a handler that has the SDK and can take an event. */
const coldMs = (file: string): Promise<number> =>
  new Promise((resolve) => {
    const script = `
      const started = performance.now()
      globalThis.awslambda = { streamifyResponse: (handler) => handler, HttpResponseStream: { from: (stream) => stream } }
      require(${JSON.stringify(file)})
      process.send(performance.now() - started)`
    const config = {
      auth: 'front',
      models: { m: { kind: 'sagemaker', endpoint: 'e', region: 'us-east-1', shape: 'openai', task: 'generate' } },
    }
    const child = fork('-e', [script], {
      env: { ...process.env, NODE_PATH: here('../node_modules'), BREAKEVEN_GATEWAY: JSON.stringify(config) },
    })
    child.once('message', (took) => resolve(Number(took)))
  })

const benchLambda = async (): Promise<void> => {
  const code = await bundleLambda()
  console.log(
    `${'Lambda bundle'.padEnd(46)} ${Buffer.byteLength(code).toLocaleString('en-US')} bytes (wanted under 30,000)`,
  )
  const folder = await mkdtemp(join(tmpdir(), 'breakeven-bench-'))
  try {
    const file = join(folder, 'index.cjs')
    await writeFile(file, code)
    const times: number[] = []
    for (let nth = 0; nth < 11; nth++) times.push(await coldMs(file))
    console.log(
      `${'its cold start, the SDK in it'.padEnd(46)} ${median(times).toFixed(0)} ms, at worst ${Math.max(...times).toFixed(0)} ms (wanted under 150 ms)`,
    )
  } finally {
    await rm(folder, { recursive: true })
  }
}

const [role, to = ''] = process.argv.slice(2)
const serve = role === undefined ? undefined : SERVERS[role]
if (serve) process.send?.(await serve(to))
else {
  await benchUrls()
  await benchSageMaker()
  await benchLambda()
}
