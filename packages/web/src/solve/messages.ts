import type { Comparison, CurveParts, PricedOption, Requests } from '@breakeven/core'
import { curveOf } from '@breakeven/core'
import type { ArticlePreset } from '@breakeven/core'
import type { Served } from '../simulate/serve.ts'
import type { Settings } from '../state/settings.ts'
import type { Hours } from './hours.ts'

/** What can be named on the page: all that the page itself needs of the catalogue. */
export type Names = {
  readonly api: readonly { readonly id: string; readonly retired?: string }[]
  readonly models: readonly string[]
  readonly machines: readonly string[]
  readonly regions: readonly string[]
  readonly presets: readonly ArticlePreset[]
  /** Prompt lengths at which some price changes: what files are summed up by. */
  readonly edges: readonly number[]
}

/** Why there is no answer, in a person's words. */
export type Problem = { readonly kind: 'problem'; readonly message: string; readonly hint?: string }

/** The answer of one part of the traffic. */
export type PartAnswer = { readonly value: string; readonly comparison: Comparison }

export type Answer = {
  readonly kind: 'answer'
  readonly comparison: Comparison
  /** Beside a preset: the same question without its simplifications. */
  readonly honest?: Comparison
  readonly hours?: Hours
}
export type Result = Answer | Problem

/** A curve is a function and cannot be sent: its parts can. */
type Wired<Of> = Of extends PricedOption ? Omit<Of, 'curve'> & { readonly curve: CurveParts } : never
export type WiredComparison = Omit<Comparison, 'options'> & { readonly options: readonly Wired<PricedOption>[] }

export const wire = ({ options, ...comparison }: Comparison): WiredComparison => ({
  ...comparison,
  options: options.map(({ curve, ...option }) => ({ ...option, curve: curve.parts })),
})

export const unwire = ({ options, ...comparison }: WiredComparison): Comparison => ({
  ...comparison,
  options: options.map(({ curve, ...option }) => ({ ...option, curve: curveOf(curve) })),
})

export type WiredResult =
  | Problem
  | (Omit<Answer, 'comparison' | 'honest'> & {
      readonly comparison: WiredComparison
      readonly honest?: WiredComparison
    })

export const wireResult = (result: Result): WiredResult => {
  if (result.kind === 'problem') return result
  const { comparison, honest, ...rest } = result
  return { ...rest, comparison: wire(comparison), ...(honest === undefined ? {} : { honest: wire(honest) }) }
}

export const unwireResult = (result: WiredResult): Result => {
  if (result.kind === 'problem') return result
  const { comparison, honest, ...rest } = result
  return { ...rest, comparison: unwire(comparison), ...(honest === undefined ? {} : { honest: unwire(honest) }) }
}

/** To a worker, which opens the catalogue with the first one. */
export type Question = {
  readonly look: 'first' | 'deeper'
  readonly settings: Settings
  readonly catalogue: ArrayBuffer
  /** The calls of the files as they came, where they are at hand: what is simulated is played on them. */
  readonly rows?: Requests
}

/** From the worker that answers in closed form. */
export type SolverReply =
  | { readonly kind: 'names'; readonly names: Names }
  | { readonly kind: 'failed' }
  | { readonly kind: 'solved'; readonly result: WiredResult; readonly gone: readonly string[] }

/** From the worker that looks deeper: in this order, each as soon as it is known. */
export type RefinerReply =
  | { readonly kind: 'refined'; readonly result: WiredResult }
  | { readonly kind: 'served'; readonly served: Served | undefined }
  | {
      readonly kind: 'parts'
      readonly parts: readonly { readonly value: string; readonly comparison: WiredComparison }[]
    }
  | { readonly kind: 'finished' }
  | { readonly kind: 'failed' }
