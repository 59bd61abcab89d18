import { readFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import { loadCatalog } from '@breakeven/catalog'
import { type HostChoice, InputError } from '@breakeven/core'
import {
  classifierOf,
  type Embedder,
  encoderContainer,
  EXAMPLE_TOPICS,
  type Examples,
  loadEmbedder,
  type LocalModel,
  readExamples,
  twinContainer,
  twinOf,
} from '@breakeven/local'
import { fileError } from '../file-error.ts'
import { choiceOf, choiceText } from '../capacity/replica.ts'

/** A model that is served, with what a person is told of it. */
export type ServedModel = LocalModel & {
  readonly name: string
  readonly about: string
  readonly stop: () => void
}

const NO_TARGET = { ttftSeconds: Infinity, tpotSeconds: Infinity }
/** For which precision and split are chosen where they are left open: short enough for every model, encoders too. */
const SHORT = { input: 250, output: 200 }
/** A usual prompt: decides how much cache a model with sliding windows has. */
const TYPICAL_INPUT = 1000

type TwinWishes = {
  /** Tokens of an answer, where the request does not decide. */
  readonly outputTokens: number
  /** Absent: as many as one machine holds. */
  readonly replicas?: number
}

/** The timing twin of `MODEL@INSTANCE`. */
const twinModel = (choice: HostChoice, { outputTokens, replicas: wanted }: TwinWishes): ServedModel => {
  const { model, instance } = choice
  if (model === undefined || instance === undefined)
    throw new InputError('--twin: name both, the model and the machine', { hint: 'as in llama-3.1-8b@ml.g5.2xlarge' })
  const chosen = choiceOf(loadCatalog(), { ...choice, model, instance }, SHORT, NO_TARGET)
  const { replica, perInstance } = chosen
  const replicas = wanted ?? perInstance
  const twin = twinOf(replica, { replicas, typical: { input: TYPICAL_INPUT, output: outputTokens } })
  const decoder = replica.model.kind === 'decoder'
  return {
    name: replica.model.id,
    about: `timing twin: ${choiceText(chosen)}${replicas > 1 ? `, ${replicas} replicas` : ''}`,
    container: twinContainer(twin, outputTokens),
    // As the containers that serve them: vLLM for decoders, Hugging Face's for T5 and BERT.
    shape: decoder ? 'openai' : 'huggingface',
    task: replica.model.task,
    stop: twin.stop,
  }
}

/** @throws InputError where two models would answer to one name. */
export const checkNames = (names: readonly string[]): void => {
  const double = names.find((name, index) => names.indexOf(name) !== index)
  if (double !== undefined)
    throw new InputError(`two models would be called ${double}`, { hint: 'leave one out, or name it otherwise' })
}

/** Twins by the names that clients use: that of the model, and of the machine where a model has several. */
export const twinModels = (choices: readonly HostChoice[], wishes: TwinWishes): readonly ServedModel[] => {
  const models = choices.map((choice) => twinModel(choice, wishes))
  const twice = (name: string): boolean => models.filter((model) => model.name === name).length > 1
  const named = models.map((model, index) =>
    twice(model.name) ? { ...model, name: `${model.name}@${choices[index]?.instance ?? index}` } : model,
  )
  checkNames(named.map(({ name }) => name))
  return named
}

const examplesIn = async (file: string | undefined, cwd: string): Promise<Examples> => {
  if (file === undefined) return EXAMPLE_TOPICS
  const written = await readFile(resolve(cwd, file), 'utf8').catch((error: NodeJS.ErrnoException) => {
    throw fileError('--labels', 'reading', file, error)
  })
  try {
    return readExamples(JSON.parse(written), file)
  } catch (error) {
    if (error instanceof InputError) throw error
    throw new InputError('--labels: the file is no JSON', { file })
  }
}

/** The small real model in both of its uses. @throws InputError where its packages are absent. */
export const smallModels = async (labels: string | undefined, cwd: string): Promise<readonly ServedModel[]> => {
  const examples = await examplesIn(labels, cwd)
  const embedder: Embedder = await loadEmbedder()
  const classify = await classifierOf(embedder, examples)
  const stop = (): void => {}
  return [
    {
      name: 'sentences',
      about: 'a small real model: sentence embeddings (Universal Sentence Encoder lite)',
      container: encoderContainer(embedder, 'sentence-embeddings', classify),
      shape: 'huggingface',
      task: 'embed',
      stop,
    },
    {
      name: 'topics',
      about: `the same, as a classifier: ${Object.keys(examples).join(', ')}`,
      container: encoderContainer(embedder, 'text-classification', classify),
      shape: 'huggingface',
      task: 'classify',
      stop,
    },
  ]
}
