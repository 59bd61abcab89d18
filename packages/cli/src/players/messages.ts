import type { Look, Stage, PlayTask } from '@breakeven/core'

/** To a worker: what is played from now on, then one task after the other. */
export type ToWorker =
  | { readonly kind: 'stage'; readonly stage: Stage }
  | { readonly kind: 'task'; readonly index: number; readonly task: PlayTask }

/** From a worker: a task done, by its place in the round. */
export type FromWorker = { readonly index: number; readonly look: Look }
