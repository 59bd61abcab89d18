import { createRequire, isBuiltin } from 'node:module'
import { compileFunction } from 'node:vm'
import { textOf } from '../answer.ts'
import { awslambda } from './response-stream.ts'

/** The function, started: it serves one call at a time, and none any more once it is dead. */
export type Environment = { readonly handler: unknown; dead: boolean }

export type EnvironmentSettings = {
  readonly env: Readonly<Record<string, string>>
  /** What the runtime carries and the bundle leaves out, by the name it is required by. */
  readonly modules: Readonly<Record<string, unknown>>
  /** The exported function, as in `index.handler`. */
  readonly handler: string
  /** Lines that the function writes to standard output or to the console: CloudWatch Logs on AWS. */
  readonly onLog: (line: string) => void
}

/** Whole lines, as a log has them. */
const linesTo = (onLog: (line: string) => void): ((text: string) => void) => {
  let begun = ''
  return (text) => {
    const lines = (begun + text).split('\n')
    begun = lines.pop() ?? ''
    for (const line of lines) onLog(line)
  }
}

type Written = string | Uint8Array
type Done = (error?: Error | null) => void

/** A process whose environment and output are the function's own. */
const processFor = (env: Readonly<Record<string, string>>, write: (text: string) => void): NodeJS.Process => {
  const put = (chunk: Written, encoding?: unknown, done?: Done): boolean => {
    write(typeof chunk === 'string' ? chunk : textOf(chunk))
    const called = typeof encoding === 'function' ? (encoding as Done) : done
    if (called !== undefined) queueMicrotask(() => called())
    return true
  }
  return Object.create(process, {
    env: { value: { ...env } },
    stdout: { value: { write: put } },
    stderr: { value: { write: put } },
  }) as NodeJS.Process
}

const consoleFor = (write: (text: string) => void): object => {
  const log = (...values: unknown[]): void => {
    const texts = values.map((value) => (typeof value === 'string' ? value : JSON.stringify(value)))
    write(`${texts.join(' ')}\n`)
  }
  return Object.fromEntries(['log', 'info', 'warn', 'error', 'debug'].map((name) => [name, log]))
}

const here = createRequire(import.meta.url)

/**
 * Runs a CommonJS file as Lambda's Node runtime runs `index.js`. Throws what the file throws, and where it exports no such
 * handler.
 */
export const startEnvironment = (
  code: string,
  { env, modules, handler: name, onLog }: EnvironmentSettings,
): Environment => {
  const write = linesTo(onLog)
  const own = processFor(env, write)
  const require = (id: string): unknown => {
    if (Object.hasOwn(modules, id)) return modules[id]
    if (id === 'process' || id === 'node:process') return own
    if (isBuiltin(id)) return here(id)
    throw Object.assign(new Error(`Cannot find module '${id}': it is neither in the bundle nor in the runtime`), {
      code: 'MODULE_NOT_FOUND',
    })
  }
  const module: { exports: Record<string, unknown> } = { exports: {} }
  const names = ['exports', 'require', 'module', '__filename', '__dirname', 'awslambda', 'process', 'console']
  const run = compileFunction(code, names, { filename: '/var/task/index.js' }) as (...values: unknown[]) => void
  run(module.exports, require, module, '/var/task/index.js', '/var/task', awslambda, own, consoleFor(write))
  const handler = module.exports[name]
  if (typeof handler !== 'function') throw new Error(`index.${name} is undefined or not exported`)
  return { handler, dead: false }
}
