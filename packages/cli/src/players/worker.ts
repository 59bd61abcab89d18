// Plays one task after the other beside the command. A bug in it ends the worker, and the pool hands it on.
import { parentPort } from 'node:worker_threads'

import { lookAt, type Stage } from '@breakeven/core'

import type { FromWorker, ToWorker } from './messages.ts'

let stage: Stage | undefined

parentPort?.on('message', (message: ToWorker) => {
  if (message.kind === 'stage') {
    stage = message.stage
    return
  }
  if (stage === undefined) throw new Error('a task came before what is to be played')
  const done: FromWorker = { index: message.index, look: lookAt(message.task, stage) }
  // oxlint-disable-next-line unicorn/require-post-message-target-origin -- A thread has no origin to name.
  parentPort?.postMessage(done)
})
