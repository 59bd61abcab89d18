import type { Accelerator, Container, Deployment } from '@breakeven/core'
import { InputError } from '@breakeven/core'

/** Machine types whose accelerators are AWS's own chips, and those without any. */
const kindOf = ({ instance }: Deployment): Accelerator['kind'] => {
  if (instance.accelerator.startsWith('cpu-')) return 'cpu'
  return /^(?:Inferentia|Trainium)/i.test(instance.accelerator) ? 'neuron' : 'gpu'
}

/** The image that serves this model there. @throws InputError where none does. */
export const containerOf = (deployment: Deployment, containers: readonly Container[]): Container => {
  const { model, engine, instance } = deployment
  const kind = kindOf(deployment)
  if (instance.service !== 'sagemaker')
    throw new InputError(`${instance.id} is not a machine of SageMaker`, {
      hint: `only ml.… types are deployed: try ml.${instance.id}`,
    })
  const found = containers.find(
    ({ engine: id, serves, runsOn }) => id === engine.id && serves.includes(model.kind) && runsOn.includes(kind),
  )
  if (found !== undefined) return found
  throw new InputError(
    `no container of AWS runs ${model.kind} models under ${engine.name} on ${instance.accelerator}`,
    {
      hint: 'data/aws/containers.csv lists those that are known; `breakeven compare` prices this deployment all the same',
    },
  )
}

/** Weights under these licences are handed out by the hub only to those who accepted them. */
export const isGated = ({ model }: Pick<Deployment, 'model'>): boolean => /^(?:Llama|Gemma)/i.test(model.licence)
