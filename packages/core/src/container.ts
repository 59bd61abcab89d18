import type { Accelerator, OpenModel, Provenance } from './catalog.ts'

/** An image that serves models on SageMaker endpoints, and the host image it needs below it. */
export type Container = Provenance & {
  readonly id: string
  /** An engine of the catalogue, by id: it is what the model's capacity is computed for. */
  readonly engine: string
  readonly serves: readonly OpenModel['kind'][]
  readonly runsOn: readonly Accelerator['kind'][]
  /** In the registry that AWS keeps for its containers in every region. */
  readonly repository: string
  readonly tag: string
  /** What its `/invocations` understands. */
  readonly shape: 'openai' | 'llamacpp' | 'huggingface'
  /** The host image (`InferenceAmiVersion`), whose driver must be as new as the image's CUDA; absent: the default one. */
  readonly hostImage?: string
}
