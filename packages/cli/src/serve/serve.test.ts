import { type ChildProcess, spawn } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { LedgerEntry } from '@breakeven/gateway'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { runCli } from '../app.ts'
import { testIo } from '../test-io.ts'
import { bannerText, curlText } from './banner.ts'
import { callText, newTally } from './tally.ts'

const folder = mkdtempSync(join(tmpdir(), 'breakeven-serve-'))
afterAll(() => rmSync(folder, { recursive: true }))

const command = fileURLToPath(new URL('../main.ts', import.meta.url))

type Running = {
  readonly url: string
  readonly err: () => string
  readonly out: () => string
  readonly key: () => string
  /** Interrupts it, as Ctrl-C does. */
  readonly end: () => Promise<number | null>
}

const children: ChildProcess[] = []
afterEach(() => {
  for (const child of children.splice(0)) child.kill('SIGKILL')
})

/** The command in a process of its own, once it listens. */
const serve = async (args: readonly string[], env: Readonly<Record<string, string>> = {}): Promise<Running> => {
  const child = spawn(process.execPath, [command, 'serve', '--port', '0', ...args], {
    cwd: folder,
    env: { PATH: process.env['PATH'], ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  children.push(child)
  let [out, err] = ['', '']
  const address = (): string | undefined => /^(http:\S+)\/v1\n/m.exec(out + err)?.[1]
  await new Promise<void>((resolve, reject) => {
    const look = (): void => {
      if (address() !== undefined) resolve()
    }
    child.stdout.on('data', (piece: Buffer) => {
      out += piece.toString()
      look()
    })
    child.stderr.on('data', (piece: Buffer) => {
      err += piece.toString()
      look()
    })
    child.once('exit', (code) => reject(new Error(`exit ${code}: ${err}`)))
  })
  return {
    url: address() ?? '',
    out: () => out,
    err: () => err,
    key: () => /bk-[\w-]{32}/.exec(err)?.[0] ?? '',
    end: async () => {
      child.kill('SIGINT')
      // Closed, and not only ended: all that it said is here.
      const [code] = (await once(child, 'close')) as [number | null]
      return code
    },
  }
}

const post = (url: string, path: string, headers: Record<string, string>, value: unknown): Promise<Response> =>
  fetch(url + path, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify(value),
  })
const bearer = (key: string): Record<string, string> => ({ authorization: `Bearer ${key}` })
const linesOf = (file: string): LedgerEntry[] =>
  readFileSync(join(folder, file), 'utf8')
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as LedgerEntry)

const messages = [{ role: 'user', content: 'Hello!' }]

/** A model server that another runs, and what it was asked. */
const asked: { url?: string | undefined; authorization?: string | undefined }[] = []
const server = createServer((request, response) => {
  request.resume()
  request.once('end', () => {
    asked.push({ url: request.url, authorization: request.headers.authorization })
    const usage = { prompt_tokens: 11, completion_tokens: 3, total_tokens: 14 }
    const choices = [{ index: 0, message: { role: 'assistant', content: 'hi' }, finish_reason: 'stop' }]
    response.setHeader('content-type', 'application/json')
    if (request.url === '/v1/models') {
      response.end(JSON.stringify({ object: 'list', data: [{ id: 'qwen3:8b', object: 'model', created: 3 }] }))
      return
    }
    response.end(JSON.stringify({ id: 'x', object: 'chat.completion', created: 0, model: 'm', choices, usage }))
  })
})
let upstream = ''
beforeAll(async () => {
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  upstream = `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`
})
afterAll(() => void server.close())

describe('breakeven serve', () => {
  test('--upstream: metered, with a key that is shown once, and a summary at the end', async () => {
    const running = await serve(['--upstream', upstream, '--upstream-key-env', 'THEIR_KEY', '--ledger', 'up.jsonl'], {
      THEIR_KEY: 'their-secret',
    })
    expect(running.out()).toBe(`${running.url}/v1\n`)
    expect(running.err()).toContain(`key, made for this run: ${running.key()}`)
    const path = '/v1/chat/completions'
    expect((await post(running.url, path, {}, { model: 'any', messages })).status).toBe(401)
    const answer = await post(running.url, path, bearer(running.key()), { model: 'any', messages })
    expect(await answer.json()).toMatchObject({ usage: { total_tokens: 14 } })
    expect(asked.at(-1)).toEqual({ url: '/v1/chat/completions', authorization: 'Bearer their-secret' })
    // A user interface shows what the server has.
    const listed = await fetch(`${running.url}/v1/models`, { headers: bearer(running.key()) })
    expect(await listed.json()).toMatchObject({ data: [{ id: 'qwen3:8b', object: 'model' }] })
    expect(await running.end()).toBe(0)
    expect(running.err()).toMatch(/\n1 call \(1 ok\), 11 tokens in, 3 out\nprice them: breakeven compare up\.jsonl\n$/)
    expect(linesOf('up.jsonl')).toMatchObject([
      { status: 'ok', model: 'any', project: 'local', usage: { freshInput: 11, output: 3 } },
    ])
    const written = readFileSync(join(folder, 'up.jsonl'), 'utf8')
    for (const secret of ['Hello', running.key(), 'their-secret']) expect(written).not.toContain(secret)
    expect(running.err()).not.toContain('their-secret')
    // Nobody else on the machine may read what was called when.
    expect(statSync(join(folder, 'up.jsonl')).mode & 0o077).toBe(0)
  })

  test('--twin, with a key of ones own, lines to standard output and every call said', async () => {
    const args = ['--twin', 'llama-3.1-8b@ml.g5.2xlarge', '--output-tokens', '3', '--ledger', '-', '--calls', '--quiet']
    const running = await serve(args, { BREAKEVEN_KEY: 'mine' })
    const answer = await post(running.url, '/v1/chat/completions', bearer('mine'), { model: 'llama-3.1-8b', messages })
    expect(await answer.json()).toMatchObject({ usage: { completion_tokens: 3 } })
    expect((await post(running.url, '/v1/chat/completions', bearer('mine'), { model: 'other', messages })).status).toBe(
      404,
    )
    expect(await running.end()).toBe(0)
    expect(JSON.parse(running.out())).toMatchObject({ model: 'llama-3.1-8b', usage: { output: 3 } })
    expect(running.err()).toMatch(/^http:\S+\n200 llama-3\.1-8b \d+ in, 3 out, first \d+ ms, \d+ ms\n$/)
  })

  test('--local: the whole path, and compare reads what was served', async () => {
    const running = await serve(['--local', '--twin', 'llama-3.1-8b@ml.g5.2xlarge', '--requests-per-second', '1'])
    expect(running.err()).toMatch(/API Gateway \(REST\), Lambda \(\d\d\.\d KB\) and SageMaker, on this machine/)
    const key = { 'x-api-key': running.key() }
    const classify = { model: 'topics', input: 'Where is my parcel?' }
    const answers = await Promise.all(Array.from({ length: 8 }, () => post(running.url, '/v1/classify', key, classify)))
    // Two at once, then one a second: of eight at once at least one is too many, however slow this machine is.
    const refused = answers.filter(({ status }) => status === 429)
    expect(refused.length).toBeGreaterThanOrEqual(1)
    expect(refused[0]?.headers.get('retry-after')).toBe('1')
    const served = answers.find(({ status }) => status === 200)
    expect(await served?.json()).toMatchObject({ data: [{ label: 'delivery' }] })
    expect((await post(running.url, '/v1/classify', {}, classify)).status).toBe(403)
    expect(await running.end()).toBe(0)
    expect(running.err()).toMatch(/Lambda environments? started, the slowest in \d+\.\d ms/)
    const entries = linesOf('ledger.jsonl')
    expect(entries.length).toBe(8 - refused.length)
    expect(entries[0]).toMatchObject({ task: 'classify', model: 'topics', upstream: 'sagemaker:topics-2' })
    const io = { ...testIo(), cwd: folder }
    expect(await runCli(['inspect', join(folder, 'ledger.jsonl'), '--json'], io)).toBe(0)
    expect(io.out()).toContain('"lines"')
  })

  test('--local --front http: whole answers, and the function asks for the key; labels of ones own', async () => {
    const labels = {
      labels: {
        animal: ['A dog barks.', 'The cat sleeps.', 'Horses eat grass.'],
        weather: ['It rains.', 'A sunny day.'],
      },
    }
    writeFileSync(join(folder, 'labels.json'), JSON.stringify(labels))
    const args = ['--local', '--front', 'http', '--labels', 'labels.json', '--ledger', 'http.jsonl', '--replicas', '3']
    const running = await serve([
      ...args,
      '--upstream',
      upstream,
      '--model',
      'theirs',
      '--twin',
      'llama-3.1-8b@ml.g5.2xlarge',
    ])
    expect(running.err()).toMatch(/timing twin: llama-3\.1-8b on ml\.g5\.2xlarge: .*, 3 replicas\n/)
    const ask = (value: object, path: string): Promise<Response> =>
      post(running.url, path, bearer(running.key()), value)
    expect(
      await (await ask({ model: 'topics', input: 'My cat plays with the dog.' }, '/v1/classify')).json(),
    ).toMatchObject({
      data: [{ label: 'animal', num_classes: 2 }],
    })
    expect(await (await ask({ model: 'theirs', messages }, '/v1/chat/completions')).json()).toMatchObject({
      choices: [{ message: { content: 'hi' } }],
    })
    expect((await post(running.url, '/v1/classify', bearer('wrong'), { model: 'topics', input: 'x' })).status).toBe(401)
    expect(await running.end()).toBe(0)
    expect(linesOf('http.jsonl').map(({ model }) => model)).toEqual(['topics', 'theirs'])
  })

  test('--config says all', async () => {
    const hash = '2c26b46b68ffc68ff99b453c1d30413413422d706483bfa0f98a5e886266e7ae'
    const config = { models: { m: { kind: 'url', url: upstream } }, keys: [`team:${hash}`] }
    writeFileSync(join(folder, 'gateway.json'), JSON.stringify(config))
    const running = await serve(['--config', 'gateway.json', '--ledger', 'config.jsonl'])
    expect(running.key()).toBe('')
    // SHA-256 of foo.
    const answer = await post(running.url, '/v1/chat/completions', bearer('foo'), { model: 'm', messages })
    expect(answer.status).toBe(200)
    expect(await running.end()).toBe(0)
    expect(linesOf('config.jsonl')).toMatchObject([{ project: 'team' }])
  })

  test('a port that is taken is exit 2, and says what to do', async () => {
    const taken = new URL(upstream).port
    const io = { ...testIo(), cwd: folder }
    expect(await runCli(['serve', '--upstream', upstream, '--port', taken], io)).toBe(2)
    expect(io.err()).toContain(`port ${taken}: something else listens there\n  hint: name another port`)
  })

  test.each([
    ['nothing', [], 'there is nothing to serve'],
    ['half a twin', ['--twin', 'llama-3.1-8b'], 'name both'],
    ['an unknown model', ['--twin', 'lama-3.1-8b@ml.g5.2xlarge'], 'did you mean llama-3.1-8b'],
    ['what does not fit', ['--twin', 'llama-3.1-70b@ml.g5.2xlarge/bf16'], 'does not fit'],
    [
      'the same twin twice',
      ['--twin', 'bert-base-uncased@ml.m5.xlarge', '--twin', 'bert-base-uncased@ml.m5.xlarge'],
      'two models would be called',
    ],
    ['no URL', ['--upstream', 'localhost:8000'], 'is no URL'],
    [
      'a key that is not there',
      ['--upstream', 'http://127.0.0.1:9/v1', '--upstream-key-env', 'NONE_SUCH'],
      'no environment variable NONE_SUCH',
    ],
    ['a key with blanks', ['--upstream', 'http://127.0.0.1:9/v1', '--key', 'a b'], 'visible ASCII'],
    ['a model of nobody', ['--twin', 'llama-3.1-8b@ml.g5.2xlarge', '--model', 'x'], 'of --upstream'],
    ['an endpoint of any model', ['--local', '--upstream', 'http://127.0.0.1:9/v1'], 'add --model NAME'],
    ['a front of nothing', ['--upstream', 'http://127.0.0.1:9/v1', '--front', 'rest'], 'add --local'],
    [
      'capacity of nothing',
      ['--upstream', 'http://127.0.0.1:9/v1', '--starts-in', '5s'],
      '--starts-in is of the local path',
    ],
    [
      'a name for two',
      ['--twin', 'llama-3.1-8b@ml.g5.2xlarge', '--upstream', 'http://127.0.0.1:9/v1', '--model', 'llama-3.1-8b'],
      'two models would be called llama-3.1-8b',
    ],
    ['two masters', ['--config', 'x.json', '--key', 'k'], '--key does not go with it'],
    ['no such configuration', ['--config', 'none.json'], 'ENOENT'],
    ['a bad configuration', ['--config', 'bad.json'], 'no models'],
    ['no such labels', ['--local', '--labels', 'none.json'], 'ENOENT'],
    ['bad labels', ['--local', '--labels', 'bad.json'], 'at least two labels'],
    ['no port', ['--upstream', 'http://127.0.0.1:9/v1', '--port', '65536'], '65536'],
  ])('%s is exit 2', async (_name, args, message) => {
    writeFileSync(join(folder, 'bad.json'), '{}')
    const io = { ...testIo(), cwd: folder }
    expect(await runCli(['serve', '--ledger', 'slip.jsonl', ...args], io)).toBe(2)
    expect(io.out()).toBe('')
    expect(io.err()).toContain(message)
    expect(existsSync(join(folder, 'slip.jsonl'))).toBe(false)
  })
})

test('a ledger in no folder is exit 2', async () => {
  const io = { ...testIo(), cwd: folder }
  expect(await runCli(['serve', '--upstream', upstream, '--ledger', 'none/ledger.jsonl'], io)).toBe(2)
  expect(io.err()).toContain('ledger cannot be opened')
})

describe('what a person reads', () => {
  test('another address than this machine is warned of', async () => {
    const running = await serve([
      '--twin',
      'bert-base-uncased@ml.m5.xlarge',
      '--host',
      '0.0.0.0',
      '--quiet',
      '--key',
      'k',
    ])
    expect(running.err()).toMatch(/^warning: 0\.0\.0\.0 can be reached from other machines, without TLS/)
    expect(await running.end()).toBe(0)
  })

  const banner = {
    url: 'http://127.0.0.1:4010',
    title: 'The gateway',
    models: [{ name: "it's", about: 'a model', task: 'embed' as const }],
    header: 'x-api-key' as const,
    ledger: '-',
  }

  test('a line for the shell, whatever is in a name', () => {
    expect(curlText({ ...banner, key: { value: 'k', made: true } })).toBe(
      `curl -N http://127.0.0.1:4010/v1/embeddings -H 'x-api-key: k' -H 'content-type: application/json' -d '{"model":"it'\\''s","input":"Where is my refund?"}'`,
    )
    // One that was given is not repeated.
    expect(curlText({ ...banner, key: { value: 'given', made: false } })).toContain("-H 'x-api-key: YOUR_KEY'")
    expect(bannerText(banner)).toContain('calls are written to standard output')
    expect(bannerText(banner)).not.toContain('made for this run')
  })

  const entry: LedgerEntry = {
    id: 'x',
    at: 100,
    firstAt: 100.05,
    endAt: 101,
    status: 'ok',
    httpStatus: 200,
    task: 'generate',
    model: 'm',
    upstream: 'u',
    streamed: true,
    usage: { freshInput: 1200, cacheRead: 34, output: 5 },
    requestBytes: 1,
    answerBytes: 1,
  }

  test('calls and their sum', () => {
    expect(callText(entry)).toBe('200 m 1,234 in, 5 out, first 50 ms, 1 s')
    expect(callText({ ...entry, status: 'error', httpStatus: 424, usage: {}, fault: 'model_error' })).toBe(
      '424 m ? in, ? out, first 50 ms, 1 s error: model_error',
    )
    expect(callText({ ...entry, task: 'embed', usage: { freshInput: 3 } })).toBe('200 m 3 in, first 50 ms, 1 s')
    const tally = newTally()
    expect(tally.text()).toBe('0 calls, 0 tokens in, 0 out')
    for (const status of ['ok', 'ok', 'aborted', 'error'] as const) tally.add({ ...entry, status })
    expect(tally.text()).toBe('4 calls (2 ok, 1 aborted, 1 error), 4,936 tokens in, 20 out')
  })
})
