import type { Workload } from '@breakeven/core'
import type { ImportReport } from '@breakeven/formats'

export type ReadProgress = { readonly file: string; readonly share?: number; readonly rows: number }
export type ReadRequest = { readonly files: readonly File[]; readonly edges: readonly number[] }
export type ReadReply =
  | { readonly kind: 'progress'; readonly progress: ReadProgress }
  | { readonly kind: 'done'; readonly workload: Workload; readonly report: ImportReport }
  | { readonly kind: 'problem'; readonly message: string; readonly hint?: string }
