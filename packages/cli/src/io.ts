import { styleText } from 'node:util'

/** Where text goes, and what the reader there can show. */
export type Sink = {
  readonly write: (text: string) => void
  readonly isTTY: boolean
  /** A terminal that shows colour, and nobody asked for none (NO_COLOR). */
  readonly colour: boolean
  /** Width in cells; absent where it is not a terminal. */
  readonly columns?: number
}

/** What is usually ambient, handed in: a command is tested without a process. */
export type Io = {
  readonly stdout: Sink
  readonly stderr: Sink
  readonly env: Readonly<Record<string, string | undefined>>
  readonly cwd: string
  readonly now: () => Date
}

const sinkOf = (stream: NodeJS.WriteStream): Sink => ({
  write: (text) => stream.write(text),
  isTTY: stream.isTTY,
  colour: styleText('bold', '.', { stream }) !== '.',
  ...(stream.isTTY && stream.columns > 0 ? { columns: stream.columns } : {}),
})

/** A reader that has gone (`breakeven prices | head`) is no failure: stop writing, say nothing. */
const endWithReader = (stream: NodeJS.WriteStream): void => {
  stream.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error
    // oxlint-disable-next-line unicorn/no-process-exit -- Nobody reads on, and the exit code is the last thing said.
    process.exit(0)
  })
}

/** This process. */
export const processIo = (): Io => {
  endWithReader(process.stdout)
  endWithReader(process.stderr)
  return {
    stdout: sinkOf(process.stdout),
    stderr: sinkOf(process.stderr),
    env: process.env,
    cwd: process.cwd(),
    now: () => new Date(),
  }
}
