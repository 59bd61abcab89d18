import type { Bytes, CallStatus, Seconds, Task, Tier, Tokens, Usage } from '@breakeven/core'

/** The facts of one call that went upstream: never dollars, never text. What is not known is absent. */
export type LedgerEntry = {
  /** Also the `x-request-id` of the answer. */
  readonly id: string
  /** Since 1970: when the request was whole, when the first piece of the answer came, when it ended. */
  readonly at: Seconds
  readonly firstAt?: Seconds | undefined
  readonly endAt: Seconds
  readonly status: CallStatus
  /** What the client was answered; 499 where it went away before an answer. */
  readonly httpStatus: number
  readonly task: Task
  /** As the client named it. */
  readonly model: string
  readonly provider?: string | undefined
  /** `sagemaker:ENDPOINT`, or host and port. */
  readonly upstream: string
  /** Whose key it was. */
  readonly project?: string | undefined
  /** The service tier that the answer names; absent is the standard one. */
  readonly tier?: Tier | undefined
  readonly streamed: boolean
  readonly usage: Usage
  /** Inside `usage.output`. */
  readonly reasoning?: Tokens | undefined
  readonly requestBytes: Bytes
  readonly answerBytes: Bytes
  /** The `code` of the error, where it was one. */
  readonly fault?: string | undefined
}

/** Lines are kept in the order in which they are appended. */
export type Ledger = {
  /** Resolves when the line is durable, rejects when it could not be written. */
  readonly append: (entry: LedgerEntry) => Promise<void>
}

/** Names the form, so that a reader knows the line by its first key. */
const LEDGER_FORM = 'breakeven@1'

/** One line, with its end. */
export const ledgerLine = (entry: LedgerEntry): string => `${JSON.stringify({ ledger: LEDGER_FORM, ...entry })}\n`

/** Lines to where `write` leads, as standard output: in Lambda that is CloudWatch Logs, and durable when taken. */
export const lineLedger = (write: (line: string, done: (error?: Error | null) => void) => unknown): Ledger => ({
  append: (entry) =>
    new Promise((resolve, reject) => {
      write(ledgerLine(entry), (error) => (error ? reject(error) : resolve()))
    }),
})
