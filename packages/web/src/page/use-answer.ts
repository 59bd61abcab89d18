import type { Requests } from '@breakeven/core'
import { useEffect, useMemo, useRef, useState } from 'preact/hooks'
import type { Served } from '../simulate/serve.ts'
import type { Names, PartAnswer, Question, RefinerReply, Result, SolverReply } from '../solve/messages.ts'
import { unwire, unwireResult } from '../solve/messages.ts'
import type { Settings } from '../state/settings.ts'

/** A worker costs some 50 ms to start; the deeper look waits until the hand rests. */
const PAUSE_MS = 300

type Solved = { readonly question: Settings; readonly result: Result; readonly gone: readonly string[] }
type Deeper = {
  readonly question: Settings
  readonly result?: Result
  readonly served?: { readonly of: Served | undefined }
  readonly parts?: readonly PartAnswer[]
  readonly finished: boolean
}

/** Calls as they came, and the packed traffic that was made of them. */
export type RowsAtHand = { readonly packed: string; readonly rows: Requests }

export type Shown = {
  readonly names: Names | undefined
  /** The catalogue cannot be had. */
  readonly failed: boolean
  /** Undefined until the first answer. */
  readonly result: Result | undefined
  readonly gone: readonly string[]
  /** What is shown answers an earlier question; the newest is being worked on. */
  readonly stale: boolean
  /** The deeper look is under way. */
  readonly refining: boolean
  readonly served: { readonly of: Served | undefined } | undefined
  readonly parts: readonly PartAnswer[]
}

const startWorker = (): Worker => new Worker(new URL('../solve/worker.ts', import.meta.url), { type: 'module' })

/** The price catalogue, which lies beside the page, compressed; 130 KB, unpacked where it is read. */
const fetchCatalogue = async (): Promise<ArrayBuffer> => {
  const response = await fetch(new URL('catalogue.bin', document.baseURI))
  if (!response.ok) throw new Error(`catalogue.bin: ${response.status}`)
  return response.arrayBuffer()
}

const send = (worker: Worker, question: Question): void => {
  // oxlint-disable-next-line unicorn/require-post-message-target-origin -- A worker has no origin to name.
  worker.postMessage(question)
}

type Solver = {
  readonly ask: (question: Settings) => void
  readonly stop: () => void
}

/** One question at a time, and of those that come meanwhile the newest: a hand that drags asks more often than one can answer. */
const openSolver = (
  catalogue: ArrayBuffer,
  onNames: (names: Names) => void,
  onSolved: (solved: Solved) => void,
  onFailed: () => void,
): Solver => {
  const worker = startWorker()
  let asked: Settings | undefined
  let next: Settings | undefined
  const ask = (question: Settings): void => {
    asked = question
    send(worker, { look: 'first', settings: question, catalogue })
  }
  worker.addEventListener('error', onFailed)
  worker.addEventListener('message', ({ data }: MessageEvent<SolverReply>) => {
    if (data.kind === 'names') return onNames(data.names)
    if (data.kind === 'failed') return onFailed()
    const question = asked
    asked = undefined
    if (next !== undefined) {
      ask(next)
      next = undefined
    }
    if (question !== undefined) onSolved({ question, result: unwireResult(data.result), gone: data.gone })
  })
  return {
    ask: (question) => {
      if (asked === undefined) ask(question)
      else next = question
    },
    stop: () => worker.terminate(),
  }
}

const merged = (before: Deeper | undefined, question: Settings, reply: RefinerReply): Deeper => {
  const known: Deeper = before?.question === question ? before : { question, finished: false }
  switch (reply.kind) {
    case 'refined':
      return { ...known, result: unwireResult(reply.result) }
    case 'served':
      return { ...known, served: { of: reply.served } }
    case 'parts':
      return {
        ...known,
        parts: reply.parts.map(({ value, comparison }) => ({ value, comparison: unwire(comparison) })),
      }
    case 'finished':
    case 'failed':
      return { ...known, finished: true }
    default:
      return reply satisfies never
  }
}

/** An answer with the deeper look in place of the first one; the traffic's hours are the same. */
const deepest = (solved: Result | undefined, deeper: Result | undefined): Result | undefined =>
  deeper?.kind === 'answer' || solved?.kind !== 'answer' ? (deeper ?? solved) : solved

/**
 * The answer to the settings: in closed form as soon as a worker has it, deeper when another has played it through.
 * A deeper look that is overtaken by a new question is stopped, and never shown as the new one's.
 */
export const useAnswer = (settings: Settings, ready: boolean, held: boolean, rows: RowsAtHand | undefined): Shown => {
  const { hidden: _hidden, ...asked } = settings
  // The legend does not change the answer, so it must not work it out again.
  const question = useMemo(() => settings, Object.values(asked))
  const [names, setNames] = useState<Names | undefined>(undefined)
  const [failed, setFailed] = useState(false)
  const [solved, setSolved] = useState<Solved | undefined>(undefined)
  const [deeper, setDeeper] = useState<Deeper | undefined>(undefined)
  const solver = useRef<Solver | undefined>(undefined)

  const [catalogue, setCatalogue] = useState<ArrayBuffer | undefined>(undefined)
  useEffect(() => {
    fetchCatalogue().then(setCatalogue, () => setFailed(true))
  }, [])
  useEffect(() => {
    if (catalogue === undefined) return undefined
    const opened = openSolver(catalogue, setNames, setSolved, () => setFailed(true))
    solver.current = opened
    return opened.stop
  }, [catalogue])
  useEffect(() => {
    if (ready) solver.current?.ask(question)
  }, [question, ready, catalogue])

  const answered = solved?.question === question && solved.result.kind === 'answer'
  useEffect(() => {
    if (!answered || held || question.preset !== undefined || catalogue === undefined) return undefined
    let worker: Worker | undefined
    const timer = setTimeout(() => {
      worker = startWorker()
      worker.addEventListener('message', ({ data }: MessageEvent<RefinerReply>) => {
        setDeeper((before) => merged(before, question, data))
        if (data.kind === 'finished' || data.kind === 'failed') worker?.terminate()
      })
      worker.addEventListener('error', () => setDeeper((before) => merged(before, question, { kind: 'finished' })))
      const { traffic } = question
      const own = traffic.kind === 'file' && rows?.packed === traffic.packed ? { rows: rows.rows } : {}
      send(worker, { look: 'deeper', settings: question, catalogue, ...own })
    }, PAUSE_MS)
    return () => {
      clearTimeout(timer)
      worker?.terminate()
    }
  }, [question, answered, held])

  const own = deeper?.question === question ? deeper : undefined
  const stale = solved?.question !== question
  return {
    names,
    failed,
    result: stale ? (solved?.result ?? undefined) : deepest(solved.result, own?.result),
    gone: solved?.gone ?? [],
    stale,
    refining: answered && question.preset === undefined && own?.finished !== true,
    served: own?.served,
    parts: own?.parts ?? [],
  }
}
