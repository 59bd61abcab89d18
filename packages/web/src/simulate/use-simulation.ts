import { useEffect, useState } from 'preact/hooks'
import type { SimulateReply, SimulateRequest } from './messages.ts'

/** A worker costs some 50 ms to start; it waits until the hand rests. */
const PAUSE_MS = 300

export type Refined = { readonly reply: SimulateReply | undefined; readonly stale: boolean }

/** The simulation of a request, when it is there; a request that is overtaken is stopped and its answer never shown as the new one's. */
export const useSimulation = (key: string, request: SimulateRequest | undefined): Refined => {
  const [done, setDone] = useState<{ readonly key: string; readonly reply: SimulateReply } | undefined>(undefined)
  useEffect(() => {
    if (request === undefined) return undefined
    let worker: Worker | undefined
    const timer = setTimeout(() => {
      worker = new Worker(new URL('worker.ts', import.meta.url), { type: 'module' })
      worker.addEventListener('message', ({ data }: MessageEvent<SimulateReply>) => {
        setDone({ key, reply: data })
        worker?.terminate()
      })
      worker.addEventListener('error', ({ message }) =>
        setDone({ key, reply: { kind: 'not-simulated', reason: message } }),
      )
      // oxlint-disable-next-line unicorn/require-post-message-target-origin -- A worker has no origin to name.
      worker.postMessage(request)
    }, PAUSE_MS)
    return () => {
      clearTimeout(timer)
      worker?.terminate()
    }
  }, [key])
  return { reply: done?.reply, stale: done?.key !== key }
}
