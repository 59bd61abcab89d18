import type { Bytes } from '@breakeven/core'

/** Hands pieces from where they arrive to where they are read. */
export type PieceQueue = {
  readonly push: (piece: Uint8Array) => void
  /** No more will come; with an error, that is what the reader gets behind the last piece. */
  readonly end: (error?: Error) => void
  readonly pieces: AsyncIterable<Uint8Array>
}

export type PieceQueueParts = {
  /** The reader does not keep up: `true` when more than `mostBytes` wait, `false` when all of it is read. */
  readonly onFull: (isFull: boolean) => void
  /** The reader has given up before the end. */
  readonly onGivenUp: () => void
  readonly mostBytes: Bytes
}

type Step = IteratorResult<Uint8Array, undefined>
const DONE: Step = { done: true, value: undefined }

/** A queue for one reader. A piece that is waited for is handed over at once, without a detour over a stream. */
export const pieceQueue = ({ onFull, onGivenUp, mostBytes }: PieceQueueParts): PieceQueue => {
  const waiting: Uint8Array[] = []
  let bytes = 0
  let isFull = false
  let isOver = false
  let failure: Error | undefined
  let reader: { resolve: (step: Step) => void; reject: (error: Error) => void } | undefined

  const finish = (): Promise<Step> => {
    if (failure === undefined) return Promise.resolve(DONE)
    const error = failure
    failure = undefined
    return Promise.reject(error)
  }

  const next = (): Promise<Step> => {
    const value = waiting.shift()
    if (value === undefined) {
      if (isOver) return finish()
      return new Promise((resolve, reject) => {
        reader = { resolve, reject }
      })
    }
    bytes -= value.length
    if (isFull && bytes === 0) {
      isFull = false
      onFull(false)
    }
    return Promise.resolve({ done: false, value })
  }

  const giveUp = (): Promise<Step> => {
    const wasOver = isOver
    isOver = true
    failure = undefined
    waiting.length = 0
    if (!wasOver) onGivenUp()
    return Promise.resolve(DONE)
  }

  return {
    push: (piece) => {
      if (isOver) return
      const waits = reader
      reader = undefined
      if (waits) {
        waits.resolve({ done: false, value: piece })
        return
      }
      waiting.push(piece)
      bytes += piece.length
      if (!isFull && bytes > mostBytes) {
        isFull = true
        onFull(true)
      }
    },
    end: (error) => {
      if (isOver) return
      isOver = true
      const waits = reader
      reader = undefined
      if (!waits) failure = error
      else if (error) waits.reject(error)
      else waits.resolve(DONE)
    },
    pieces: { [Symbol.asyncIterator]: () => ({ next, return: giveUp }) },
  }
}
