import { InputError } from '@breakeven/core'
import { isObject } from '../answer.ts'
import type { Embedder } from './embedder.ts'
import topics from './topics.json' with { type: 'json' }

/** Sentences of each label, from which what a label means is learnt. */
export type Examples = Readonly<Record<string, readonly string[]>>

/** What customers of a shop write about: our own sentences, for trying out. */
export const EXAMPLE_TOPICS: Examples = topics.labels

export type Scored = { readonly label: string; readonly score: number }

/** Every label with its score, the best one first. Scores add up to 1. */
export type Classifier = (texts: readonly string[]) => Promise<readonly (readonly Scored[])[]>

/**
 * Reads `{ "labels": { "refund": ["I want my money back.", …], … } }`.
 *
 * @throws InputError with the label that is wrong.
 */
export const readExamples = (value: unknown, file?: string): Examples => {
  const place = file === undefined ? {} : { file }
  const hint = 'as in: { "labels": { "refund": ["I want my money back."], "delivery": ["Where is my parcel?"] } }'
  const labels = isObject(value) ? value['labels'] : undefined
  if (!isObject(labels) || Object.keys(labels).length < 2)
    throw new InputError('the examples of a classifier are at least two labels', { ...place, key: 'labels', hint })
  for (const [label, sentences] of Object.entries(labels)) {
    const good = Array.isArray(sentences) && sentences.length > 0 && sentences.every((one) => typeof one === 'string')
    if (!good)
      throw new InputError(`label "${label}" has no list of sentences`, { ...place, key: `labels.${label}`, hint })
  }
  return labels as Examples
}

const dot = (one: readonly number[], other: readonly number[]): number =>
  one.reduce((sum, value, index) => sum + value * (other[index] ?? 0), 0)

const centroidOf = (vectors: readonly (readonly number[])[]): readonly number[] => {
  const sum = (vectors[0] ?? []).map((_, index) => vectors.reduce((total, vector) => total + (vector[index] ?? 0), 0))
  const length = Math.hypot(...sum)
  return sum.map((value) => value / length)
}

/** Turns differences of cosines, about 0.1 between good and bad, into scores that tell them apart. Chosen, not fitted. */
const SHARPNESS = 20

const softmax = (cosines: readonly number[]): readonly number[] => {
  const most = Math.max(...cosines)
  const powers = cosines.map((cosine) => Math.exp(SHARPNESS * (cosine - most)))
  const sum = powers.reduce((total, power) => total + power, 0)
  return powers.map((power) => power / sum)
}

/**
 * Nearest centroid: a label is the mean direction of its examples, and a text has the label whose direction is nearest
 * (Rocchio's classifier, over sentence embeddings in place of word counts).
 */
export const classifierOf = async (embedder: Embedder, examples: Examples): Promise<Classifier> => {
  const labels = await Promise.all(
    Object.entries(examples).map(async ([label, sentences]) => ({
      label,
      centroid: centroidOf(await embedder.embed(sentences)),
    })),
  )
  return async (texts) => {
    const vectors = await embedder.embed(texts)
    return vectors.map((vector) => {
      const scores = softmax(labels.map(({ centroid }) => dot(centroid, vector)))
      return labels
        .map(({ label }, index) => ({ label, score: scores[index] ?? 0 }))
        .toSorted((one, other) => other.score - one.score)
    })
  }
}
