import type { Io } from './io.ts'

/** An `Io` that keeps what is written, with a clock that a test moves on. */
export type TestIo = Io & {
  readonly out: () => string
  readonly err: () => string
  readonly tick: (milliseconds: number) => void
}

export const testIo = ({
  isTTY = false,
  on = '2026-11-24T12:00:00Z',
  columns = 80,
}: { isTTY?: boolean; on?: string; columns?: number } = {}): TestIo => {
  let [out, err, at] = ['', '', Date.parse(on)]
  const terminal = { isTTY, colour: false, ...(isTTY ? { columns } : {}) }
  return {
    stdout: { ...terminal, write: (text) => void (out += text) },
    stderr: { ...terminal, write: (text) => void (err += text) },
    env: {},
    cwd: '/',
    now: () => new Date(at),
    out: () => out,
    err: () => err,
    tick: (milliseconds) => void (at += milliseconds),
  }
}
