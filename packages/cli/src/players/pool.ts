import { existsSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { fileURLToPath } from 'node:url'
import { Worker } from 'node:worker_threads'

import { type Look, lookAt, type Round, type Staged } from '@breakeven/core'

import type { FromWorker, ToWorker } from './messages.ts'

/** The worker's file: beside this one in the sources, one folder up or here in the bundle. */
const workerUrl = (): URL => {
  const places = ['worker.ts', '../player.js', 'player.js'].map((place) => new URL(place, import.meta.url))
  const found = places.find((place) => existsSync(fileURLToPath(place)))
  if (found === undefined) throw new Error(`no worker beside ${import.meta.url}`)
  return found
}

/** More than this many share no more work than starting them costs. */
const MOST_WORKERS = 8
/** A worker takes a tenth of a second to start and as long to get warm: so little is done before it would be there. */
const LITTLE_WORK = 800_000

/** Requests that a round plays, about: each fleet the trace a few times, and what a replica sustains a few thousand more. */
const workOf = ({ tasks, stage }: Round): number => {
  const ofTrace = 3 * Math.min(20_000, stage.trace.at.length)
  return tasks.reduce((sum, { kind }) => sum + ofTrace + (kind === 'host' ? 6 * stage.play.unitAt.length : 0), 0)
}

export type Pool = {
  /** The looks of a round, in the order of its tasks. */
  readonly play: (round: Round, onDone: (done: number) => void) => Promise<readonly Look[]>
  readonly close: () => Promise<void>
}

/** Worker threads that are started when the first round is worth it, and kept until the pool is closed. */
export const newPool = (
  size: number = Math.min(MOST_WORKERS, availableParallelism()),
  littleWork: number = LITTLE_WORK,
): Pool => {
  const workers: Worker[] = []

  const playApart = ({ stage, tasks }: Round, onDone: (done: number) => void): Promise<readonly Look[]> => {
    while (workers.length < Math.min(size, tasks.length)) workers.push(new Worker(workerUrl()))
    const looks: Look[] = []
    let [sent, done] = [0, 0]
    return new Promise((resolve, reject) => {
      // oxlint-disable-next-line unicorn/require-post-message-target-origin -- A thread has no origin to name.
      const send = (worker: Worker, message: ToWorker): void => worker.postMessage(message)
      const next = (worker: Worker): void => {
        const index = sent
        const task = tasks[index]
        if (task === undefined) return
        sent += 1
        send(worker, { kind: 'task', index, task })
      }
      for (const worker of workers) {
        worker.removeAllListeners()
        worker.on('error', reject)
        worker.on('message', ({ index, look }: FromWorker) => {
          looks[index] = look
          done += 1
          onDone(done)
          if (done === tasks.length) resolve(looks)
          else next(worker)
        })
        send(worker, { kind: 'stage', stage })
        next(worker)
      }
    })
  }

  const playHere = ({ stage, tasks }: Round, onDone: (done: number) => void): readonly Look[] =>
    tasks.map((task, index) => {
      const look = lookAt(task, stage)
      onDone(index + 1)
      return look
    })

  return {
    play: async (round, onDone) => {
      const worthIt = workers.length > 0 || workOf(round) > littleWork
      return worthIt && size > 1 && round.tasks.length > 1 ? playApart(round, onDone) : playHere(round, onDone)
    },
    close: async () => {
      await Promise.all(workers.splice(0).map((worker) => worker.terminate()))
    },
  }
}

/** Drives staged work with a pool: the same result as in one thread, sooner. */
export const playIn = async <Result>(
  pool: Pool,
  staged: Staged<Result>,
  onDone: (round: Round, done: number) => void = () => {},
): Promise<Result> => {
  let next = staged.next()
  while (next.done !== true) {
    const round = next.value
    next = staged.next(round.tasks.length === 0 ? [] : await pool.play(round, (done) => onDone(round, done)))
  }
  return next.value
}
