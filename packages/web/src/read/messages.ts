import type { IsoDate, Requests } from '@breakeven/core'
import type { ImportReport } from '@breakeven/formats'
import type { FileChoice, Part } from '../state/settings.ts'

export type ReadProgress = { readonly file: string; readonly share?: number; readonly rows: number }
export type ReadRequest = {
  readonly files: readonly File[]
  readonly edges: readonly number[]
  readonly choice: FileChoice
  /** The day of the prices: a trace that counts from its own start is taken to begin on it, as on the command line. */
  readonly on: IsoDate
}
/** What files held, summed up and packed beside the page: what is left is light. */
export type ReadDone = {
  readonly kind: 'done'
  readonly packed: string
  /** Times were made coarser so that a link can hold them. */
  readonly coarsened: boolean
  readonly parts: readonly Part[]
  readonly report: ImportReport
  /** The calls as they came, to be played while the files are at hand; absent where there are too many, or only sums of them. */
  readonly rows?: Requests
}
export type ReadReply =
  | { readonly kind: 'progress'; readonly progress: ReadProgress }
  | ReadDone
  | { readonly kind: 'problem'; readonly message: string; readonly hint?: string }
