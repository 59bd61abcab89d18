import type { Accelerator, Engine, OpenModel } from './catalog.ts'
import type { Replica } from './model.ts'

/** Beyond any machine, and far enough from where sums of products overflow. */
const MOST = 1e18
const MOST_SECONDS = 1e6
/** Places and blocks are kept in arrays. */
const MOST_PLACES = 1e6

type Check = (value: number) => boolean
const countUpTo =
  (most: number): Check =>
  (value) =>
    Number.isInteger(value) && value >= 1 && value <= most
const count = countUpTo(1e9)
const places = countUpTo(MOST_PLACES)
const amount: Check = (value) => value >= 1 && value <= MOST
const seconds: Check = (value) => value >= 0 && value <= MOST_SECONDS
const share: Check = (value) => value > 0 && value <= 1

const SHAPE: readonly (readonly [keyof OpenModel, Check])[] = (
  ['layers', 'hidden', 'heads', 'kvHeads', 'headSize', 'ffn', 'vocabulary', 'contextTokens'] as const
).map((field) => [field, count])

const SETTINGS: readonly (readonly [keyof Engine, Check])[] = [
  ['stepSeconds', seconds],
  ['perSequenceSeconds', seconds],
  ['floorSecondsPerLayer', seconds],
  ['memoryShare', share],
  ['maxSequences', places],
  ['maxBatchedTokens', count],
  ['blockTokens', places],
]

const firstWrong = <Row extends object>(
  row: Row,
  checks: readonly (readonly [keyof Row, Check])[],
): string | undefined => {
  const wrong = checks.find(([field, passes]) => !passes(Number(row[field])))
  return wrong === undefined ? undefined : `${String(wrong[0])} ${String(row[wrong[0]])}`
}

const shapeProblem = (model: OpenModel): string | undefined =>
  firstWrong(model, SHAPE) ??
  (model.kvHeads > model.heads ? `kvHeads ${model.kvHeads} of ${model.heads} heads` : undefined)

const deviceProblem = ({ bytesPerSecond, usableBytes = 1, flopsPerSecond }: Accelerator): string | undefined => {
  const amounts = Object.entries({ bytesPerSecond, usableBytes, ...flopsPerSecond })
  const wrong = amounts.find(([, value]) => !amount(value))
  return wrong === undefined ? undefined : `${wrong[0]} ${wrong[1]}`
}

/** What no model, device or engine has: rows of a user's own may hold anything. */
export const impossibleOf = ({ model, accelerator, engine }: Replica): string | undefined => {
  const shape = shapeProblem(model)
  if (shape !== undefined) return `${model.id} has an impossible shape: ${shape}`
  const device = deviceProblem(accelerator)
  if (device !== undefined) return `${accelerator.id} is impossible: ${device}`
  const setting = firstWrong(engine, SETTINGS)
  return setting === undefined ? undefined : `${engine.id} has an impossible setting: ${setting}`
}
