import type { ReadProgress, ReadReply, ReadRequest } from './messages.ts'

export type Reading = { readonly stop: () => void }

/** Starts a worker on the files; the last reply is `done` or `problem`, and then the worker is gone. */
export const readFiles = (
  request: ReadRequest,
  onProgress: (progress: ReadProgress) => void,
  onEnd: (reply: Exclude<ReadReply, { kind: 'progress' }>) => void,
): Reading => {
  const worker = new Worker(new URL('worker.ts', import.meta.url), { type: 'module' })
  worker.addEventListener('message', ({ data }: MessageEvent<ReadReply>) => {
    if (data.kind === 'progress') {
      onProgress(data.progress)
      return
    }
    worker.terminate()
    onEnd(data)
  })
  worker.addEventListener('error', ({ message }) => {
    worker.terminate()
    onEnd({ kind: 'problem', message: `this file could not be read: ${message}` })
  })
  // oxlint-disable-next-line unicorn/require-post-message-target-origin -- A worker has no origin to name.
  worker.postMessage(request)
  return { stop: () => worker.terminate() }
}
