import type { OpenModel } from './catalog.ts'
import { isSeller, type ModelIndex, openModelOf, OWN_HOSTING, resolveModel } from './model-index.ts'
import type { Group } from './workload.ts'

type Named = Pick<Group, 'model' | 'provider'>

/** An open model that runs on a machine somebody pays for by the hour. */
export type OwnHosting = { readonly model: OpenModel; readonly onSageMaker: boolean }

/** The open model that a row names and that no seller is known to have answered: it runs on somebody's own machine. */
export const ownHostingOf = (index: ModelIndex, row: Named): OwnHosting | undefined => {
  const { provider } = row
  if (resolveModel(index, row) !== undefined) return undefined
  // A seller whose price list lacks it is no machine of one's own.
  if (provider !== undefined && isSeller(index, provider)) return undefined
  const model = openModelOf(index, row)
  return model && { model, onSageMaker: provider === OWN_HOSTING.sageMaker }
}

/** The tokeniser family in whose tokens a row counts. */
export const tokenizerOf = (index: ModelIndex, row: Named): string | undefined =>
  resolveModel(index, row)?.model.tokenizer ?? openModelOf(index, row)?.tokenizer

/** Why such a row has no price: not for want of one in the catalogue, but because nobody charges by the token. */
export const ownHostingReason = ({ onSageMaker }: OwnHosting): string =>
  onSageMaker
    ? "served by a SageMaker endpoint: today's bill is that of its machine, which the log does not hold"
    : "served by yourself: today's bill is that of your own machine, which the log does not hold"
