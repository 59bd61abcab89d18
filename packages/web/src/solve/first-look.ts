// The first look: answers in closed form, one question after the other.
import type { ShippedCatalog } from '@breakeven/catalog/snapshot'
import type { Question, Result, SolverReply } from './messages.ts'
import { wireResult } from './messages.ts'
import { missingNames, withoutMissing } from './missing.ts'
import type { Session } from './session.ts'
import { namesOf, problemOf } from './session.ts'
import { solve } from './solve.ts'

type Reply = (message: SolverReply) => void

let named: ShippedCatalog | undefined

const tellNames = (catalog: ShippedCatalog, reply: Reply): void => {
  if (catalog === named) return
  named = catalog
  reply({ kind: 'names', names: namesOf(catalog) })
}

type Answered = { readonly result: Result; readonly gone: readonly string[] }

const answer = async (session: Session, { settings }: Question, reply: Reply): Promise<Answered> => {
  try {
    const catalog = await session.catalogFor(settings)
    tellNames(catalog, reply)
    const gone = missingNames(catalog, settings)
    const asked = withoutMissing(settings, gone)
    return { result: solve({ catalog, settings: asked, read: await session.trafficFor(settings) }), gone }
  } catch (error) {
    return { result: problemOf(error), gone: [] }
  }
}

/** Answers a question: always with an answer or with why there is none, so that the page can ask the next one. */
export const answerFirst = async (session: Session, question: Question, reply: Reply): Promise<void> => {
  try {
    const { result, gone } = await answer(session, question, reply)
    reply({ kind: 'solved', result: wireResult(result), gone })
  } catch (error) {
    // A bug: said where the answer would stand, and in the console with its place.
    reply({ kind: 'solved', result: { kind: 'problem', message: `a bug of this page: ${String(error)}` }, gone: [] })
    throw error
  }
}
