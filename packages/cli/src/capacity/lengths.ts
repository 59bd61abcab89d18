import type { OpenModel, Tokens } from '@breakeven/core'

const INPUT: Tokens = 1000
const OUTPUT: Tokens = 200

export type Lengths = { readonly inputTokens: Tokens; readonly outputTokens: Tokens }

/**
 * The lengths of a request, those that were not named chosen so that the model can read them: an encoder of 512 tokens gets 512 and
 * writes none.
 */
export const lengthsOf = (
  { kind, contextTokens }: OpenModel,
  { inputTokens, outputTokens }: Partial<Lengths>,
): Lengths => {
  const output = outputTokens ?? (kind === 'encoder' ? 0 : Math.min(OUTPUT, Math.floor(contextTokens / 4)))
  // A T5's context bounds prompt and completion each; an encoder writes nothing.
  const beside = kind === 'decoder' ? output : 0
  return { inputTokens: inputTokens ?? Math.max(1, Math.min(INPUT, contextTokens - beside)), outputTokens: output }
}
