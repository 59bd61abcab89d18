import {
  type Accelerator,
  type Capacity,
  capacityOf,
  type Catalog,
  didYouMean,
  type Engine,
  InputError,
  type Instance,
  type LatencyTarget,
  type OpenModel,
  peakFlops,
  type Precision,
  type Replica,
  type RequestShape,
} from '@breakeven/core'

/** What a person asked to run. What is absent is chosen. */
export type Wanted = {
  readonly model: string
  readonly instance: string
  readonly precision?: Precision
  readonly tensorParallel?: number
  readonly engine?: string
}

export type Choice = {
  readonly replica: Replica
  readonly instance: Instance
  readonly capacity: Capacity
  /** Replicas of this kind on one machine. */
  readonly perInstance: number
}

/** A row by its id, whatever its letters' case; else an error that says which is near, and which flag said so. */
export const named = <Row extends { readonly id: string }>(
  rows: readonly Row[],
  id: string,
  what: string,
  flag?: string,
): Row => {
  const ids = rows.map((row) => row.id)
  const found = rows.find((row) => row.id.toLowerCase() === id.toLowerCase())
  if (found !== undefined) return found
  throw new InputError(`${flag === undefined ? '' : `${flag}: `}there is no ${what} "${id}" in the catalogue`, {
    hint: didYouMean(id, ids) ?? `known: ${ids.slice(0, 8).join(', ')}, …`,
  })
}

/** An open model by its id, or by the beginning of one id. */
export const modelNamed = ({ openModels }: Catalog, name: string, flag?: string): OpenModel => {
  const starting = openModels.filter(({ id }) => id.startsWith(name.toLowerCase()))
  const exact = starting.find(({ id }) => id === name.toLowerCase())
  return exact ?? (starting.length === 1 ? starting[0] : undefined) ?? named(openModels, name, 'open model', flag)
}

const engineOf = ({ engines }: Catalog, { kind }: OpenModel, accelerator: Accelerator, id?: string): Engine => {
  const serving = engines.filter(
    (engine) => engine.serves.includes(kind) && (engine.runsOn ?? ['gpu']).includes(accelerator.kind),
  )
  const [first] = serving
  if (first === undefined) throw new InputError(`no engine serves ${kind} models on ${accelerator.id}`)
  return id === undefined ? first : named(serving, id, `engine for ${kind} models on ${accelerator.id}`)
}

/** Least quantised first: quantisation costs quality, so only as much of it as is needed. What the hardware cannot is no try. */
const precisionsOf = (model: OpenModel, accelerator: Accelerator, wanted?: Precision): readonly Precision[] => {
  if (wanted !== undefined) return [wanted]
  const all: readonly Precision[] =
    model.kind === 'encoder'
      ? ['fp32', 'bf16']
      : [...new Set<Precision>([model.nativePrecision ?? 'bf16', 'bf16', 'fp8', 'int8', 'int4'])]
  const can = all.filter((precision) => peakFlops(accelerator, precision) !== undefined)
  return can.length === 0 ? all : can
}

const degreesOf = ({ id, acceleratorCount }: Instance, wanted?: number): readonly number[] => {
  const most = Math.max(1, acceleratorCount)
  if (wanted !== undefined && wanted > most)
    throw new InputError(`${id} has ${most} accelerators, not ${wanted}`, { hint: `--tensor-parallel ${most} or less` })
  return wanted === undefined ? [1, 2, 4, 8, 16].filter((degree) => degree <= most) : [wanted]
}

/**
 * The way to run a model on a machine, as far as it is left open: the least quantised precision that fits, at the split with
 * which the machine carries most. Where nothing fits, the last and kindest try, whose capacity says why.
 */
export const choiceOf = (catalog: Catalog, wanted: Wanted, shape: RequestShape, target: LatencyTarget): Choice => {
  const model = modelNamed(catalog, wanted.model)
  const instance = named(catalog.instances, wanted.instance, 'machine')
  const accelerator = named(catalog.accelerators, instance.accelerator, 'accelerator')
  const engine = engineOf(catalog, model, accelerator, wanted.engine)
  const ram = instance.ramBytes === undefined ? {} : { ramBytes: instance.ramBytes }
  const degrees = degreesOf(instance, wanted.tensorParallel)
  let last: Choice | undefined
  for (const precision of precisionsOf(model, accelerator, wanted.precision)) {
    const tries = degrees.map((tensorParallel): Choice => {
      const replica = { model, accelerator, precision, tensorParallel, engine, ...ram }
      const perInstance = Math.max(1, Math.floor(instance.acceleratorCount / tensorParallel))
      return { replica, instance, perInstance, capacity: capacityOf(replica, shape, target) }
    })
    last = tries.at(-1)
    const carried = ({ capacity, perInstance }: Choice): number =>
      capacity.fits ? capacity.requestsPerSecond * perInstance : 0
    const best = tries.toSorted((one, other) => carried(other) - carried(one))[0]
    if (best?.capacity.fits === true) return best
  }
  if (last === undefined) throw new InputError(`nothing of ${instance.id} can be tried`)
  return last
}

/** `llama-3.1-8b on ml.g5.2xlarge: bf16 on 1 × A10G under vLLM 0.22 and later` */
export const choiceText = ({ replica, instance }: Pick<Choice, 'replica' | 'instance'>): string =>
  `${replica.model.id} on ${instance.id}: ${replica.precision} on ${replica.tensorParallel} × ${replica.accelerator.id} under ${replica.engine.name}`
