import type {
  Accelerator,
  ApiModel,
  CapabilityClass,
  Catalog,
  Engine,
  Instance,
  OpenModel,
  Precision,
} from './catalog.ts'
import { GENERATING_CLASSES } from './catalog.ts'
import type { Replica, RequestShape } from './capacity.ts'
import { capacityOf } from './capacity.ts'
import type { Conditions, FittingCapacity, HostChoice } from './conditions.ts'
import { InputError } from './error.ts'
import type { ModelIndex } from './model-index.ts'
import { resolveModel } from './model-index.ts'
import type { Deployment, Front } from './option.ts'
import { peakFlops } from './roofline.ts'
import { didYouMean } from './suggest.ts'
import type { Task } from './usage.ts'

/** Same class or a better one; an encoder only beside encoders. */
const atLeastClass = (have: CapabilityClass | undefined, wanted: CapabilityClass): boolean => {
  if (have === undefined) return false
  if (have === 'encoder' || wanted === 'encoder') return have === wanted
  return GENERATING_CLASSES.indexOf(have) <= GENERATING_CLASSES.indexOf(wanted)
}

export type Field = { readonly task: Task; readonly class: CapabilityClass }

/** The named API models, or an error that says which name is unknown and what is near. */
export const namedApiModels = (
  index: ModelIndex,
  names: readonly string[],
  flag: '--api' | '--overflow' = '--api',
): readonly ApiModel[] => {
  const models = names.map((name) => {
    const found = resolveModel(index, { model: name.replace(/^api:/, '') })
    if (found !== undefined) return found.model
    const hint = didYouMean(name, index.byId.keys())
    throw new InputError(`${flag} ${name}: no such model in the catalogue`, {
      hint: hint ?? '`breakeven prices` lists all of them',
    })
  })
  return [...new Set(models)]
}

/** API models of the field, those that stand apart (free, unclassed), each model once. */
export const apiField = (
  models: readonly ApiModel[],
  field: Field,
): { compete: readonly ApiModel[]; apart: readonly { model: ApiModel; reason: string }[] } => {
  const compete: ApiModel[] = []
  const apart: { model: ApiModel; reason: string }[] = []
  for (const model of models) {
    if (model.task !== field.task) continue
    if (model.free === true) apart.push({ model, reason: 'free or trial: no price to compare' })
    else if (model.capability === undefined)
      apart.push({ model, reason: 'no capability class: no published score that could place it' })
    else if (atLeastClass(model.capability.class, field.class)) compete.push(model)
  }
  return { compete, apart }
}

/** The first engine in the catalogue's order that serves the model on such hardware. */
export const engineFor = (
  engines: readonly Engine[],
  { kind }: OpenModel,
  accelerator: Accelerator,
): Engine | undefined =>
  engines.find((engine) => engine.serves.includes(kind) && (engine.runsOn ?? ['gpu']).includes(accelerator.kind))

/** REST streams long answers; a class label fits the cheaper HTTP API; a machine of one's own needs neither. */
const defaultFront = ({ kind }: OpenModel, { service }: Instance): Front =>
  service === 'own' ? 'none' : kind === 'encoder' ? 'http' : 'rest'

/** As published first, then what halves the weights: quantisation costs quality, so only as much of it as is needed. */
const PRECISIONS: readonly Precision[] = ['bf16', 'fp8', 'int8']

const precisionsFor = (
  model: OpenModel,
  accelerator: Accelerator,
  choice: HostChoice | undefined,
  conditions: Conditions,
): readonly Precision[] => {
  const named = choice?.precision ?? conditions.precision
  if (named !== undefined) return [named]
  const all: readonly Precision[] =
    model.kind === 'encoder'
      ? ['fp32', 'bf16']
      : model.nativePrecision === undefined
        ? PRECISIONS
        : [model.nativePrecision, ...PRECISIONS]
  // What the hardware cannot is no try, or its reason would hide that of what it can.
  const can = all.filter((precision) => peakFlops(accelerator, precision) !== undefined)
  return can.length === 0 ? all : can
}

/** Why a model that was named cannot do what the traffic asks for; undefined where it can. */
export const cannotServe = ({ id, kind }: OpenModel, task: Task, { output }: RequestShape): string | undefined =>
  kind === 'encoder' && task === 'generate' && output >= 2
    ? `${id} is an encoder: it gives labels or vectors, and this traffic asks for ${Math.round(output).toLocaleString('en-US')} tokens of text an answer (--task classify, where it does not)`
    : undefined

/** Powers of two up to the machine's accelerators. */
export const degreesFor = ({ acceleratorCount }: Instance, choice: HostChoice | undefined): readonly number[] => {
  if (choice?.tensorParallel !== undefined) return [choice.tensorParallel]
  const degrees = [1]
  for (let degree = 2; degree <= acceleratorCount; degree *= 2) degrees.push(degree)
  return degrees
}

export type HostedCandidate =
  | { readonly kind: 'fits'; readonly deployment: Deployment; readonly capacity: FittingCapacity }
  | { readonly kind: 'ruledOut'; readonly id: string; readonly reason: string }

/** Capacity does not depend on the machine's name: many machines share an accelerator, so each question is answered once. */
export type CapacityMemo = (replica: Replica) => ReturnType<typeof capacityOf>

export const capacityMemo = (shape: RequestShape, conditions: Conditions, factor = 1): CapacityMemo => {
  const known = new Map<string, ReturnType<typeof capacityOf>>()
  const target = { ttftSeconds: conditions.ttftSeconds, tpotSeconds: conditions.tpotSeconds }
  return (replica) => {
    const key = `${replica.model.id} ${replica.accelerator.id} ${replica.tensorParallel} ${replica.precision} ${replica.accelerator.kind === 'cpu' ? replica.ramBytes : ''}`
    let capacity = known.get(key)
    if (capacity === undefined) {
      capacity = capacityOf(replica, { input: shape.input * factor, output: shape.output * factor }, target)
      known.set(key, capacity)
    }
    return capacity
  }
}

/** The replica that a deployment runs; undefined where the catalogue lacks its accelerator. */
export const replicaOf = (
  catalog: Catalog,
  { model, instance, tensorParallel, precision, engine }: Deployment,
): Replica | undefined => {
  const accelerator = catalog.accelerators.find(({ id }) => id === instance.accelerator)
  if (accelerator === undefined) return undefined
  const ram = instance.ramBytes === undefined ? {} : { ramBytes: instance.ramBytes }
  return { model, accelerator, tensorParallel, precision, engine, ...ram }
}

type Setting = { readonly precision: Precision; readonly tensorParallel: number }

const cheaperPerMachine = (
  a: { deployment: Deployment; capacity: FittingCapacity },
  b: { deployment: Deployment; capacity: FittingCapacity },
): boolean =>
  a.capacity.requestsPerSecond * Math.floor(a.deployment.instance.acceleratorCount / a.deployment.tensorParallel || 1) >
  b.capacity.requestsPerSecond * Math.floor(b.deployment.instance.acceleratorCount / b.deployment.tensorParallel || 1)

/**
 * The best way to run one model on one machine: the least quantised precision that fits at all, at the tensor-parallel
 * degree that lets the machine carry most. What does not fit anywhere is ruled out with the last (kindest) try's arithmetic.
 */
export const hostedCandidate = (
  catalog: Catalog,
  model: OpenModel,
  instance: Instance,
  conditions: Conditions,
  choice: HostChoice | undefined,
  capacity: CapacityMemo,
): HostedCandidate => {
  const accelerator = catalog.accelerators.find(({ id }) => id === instance.accelerator)
  const engine = accelerator && engineFor(catalog.engines, model, accelerator)
  const id = `hosted:${model.id}@${instance.id}`
  if (accelerator === undefined || engine === undefined)
    return { kind: 'ruledOut', id, reason: `no serving engine for ${model.kind} models on ${instance.accelerator}` }
  const deploy = ({ precision, tensorParallel }: Setting): Deployment => ({
    model,
    instance,
    precision,
    tensorParallel,
    engine,
    purchase: conditions.purchase,
    region: conditions.region,
    replicas: conditions.replicas,
    front: conditions.front ?? defaultFront(model, instance),
  })
  let reason = 'does not fit'
  for (const precision of precisionsFor(model, accelerator, choice, conditions)) {
    let best: { deployment: Deployment; capacity: FittingCapacity } | undefined
    for (const tensorParallel of degreesFor(instance, choice)) {
      const found = capacity({
        model,
        accelerator,
        tensorParallel,
        precision,
        engine,
        ...(instance.ramBytes === undefined ? {} : { ramBytes: instance.ramBytes }),
      })
      if (!found.fits) {
        reason = found.reason
        continue
      }
      const next = { deployment: deploy({ precision, tensorParallel }), capacity: found }
      if (best === undefined || cheaperPerMachine(next, best)) best = next
    }
    if (best !== undefined) return { kind: 'fits', ...best }
  }
  return { kind: 'ruledOut', id, reason }
}

/** The other degrees to split the same weights over on the same machine, where they fit. */
export const otherDegrees = (
  catalog: Catalog,
  deployment: Deployment,
  capacity: CapacityMemo,
): readonly { readonly deployment: Deployment; readonly capacity: FittingCapacity }[] =>
  degreesFor(deployment.instance, undefined).flatMap((tensorParallel) => {
    if (tensorParallel === deployment.tensorParallel) return []
    const other = { ...deployment, tensorParallel }
    const replica = replicaOf(catalog, other)
    const found = replica && capacity(replica)
    return found?.fits === true ? [{ deployment: other, capacity: found }] : []
  })

const findNamed = <T extends { readonly id: string }>(
  rows: readonly T[],
  id: string,
  flag: string,
  what: string,
): T => {
  const found = rows.find((row) => row.id.toLowerCase() === id.toLowerCase())
  if (found !== undefined) return found
  const hint = didYouMean(
    id,
    rows.map((row) => row.id),
  )
  throw new InputError(`${flag}: no ${what} called ${id}`, {
    hint:
      hint ??
      `known: ${rows
        .slice(0, 8)
        .map((row) => row.id)
        .join(', ')}, …`,
  })
}

/** `llama-3.1-8b` for `llama-3.1-8b-instruct`: a name that begins exactly one id is that id. */
const findModel = (models: readonly OpenModel[], name: string): OpenModel => {
  const starting = models.filter((model) => model.id.toLowerCase().startsWith(name.toLowerCase()))
  const exact = models.find((model) => model.id.toLowerCase() === name.toLowerCase())
  const only = exact ?? (starting.length === 1 ? starting[0] : undefined)
  const model = only ?? findNamed(models, name, `--host ${name}`, 'open model')
  if (model.unreleased !== true) return model
  throw new InputError(`--host ${name}: the weights of ${model.name} were never given out`, {
    hint: 'its shapes are in the catalogue for checking measured figures only',
  })
}

const buyable = (instance: Instance, conditions: Conditions): boolean =>
  instance.rates.some((rate) => rate.region === conditions.region && rate.purchase === conditions.purchase)

/** Model and machine pairs to look at: the named ones, else every model of the field on every machine that is sold here. */
export const hostedPairs = (
  catalog: Catalog,
  conditions: Conditions,
  field: Field,
): readonly { model: OpenModel; instance: Instance; choice?: HostChoice }[] => {
  const sold = catalog.instances.filter((instance) => buyable(instance, conditions))
  const competing = (): readonly OpenModel[] =>
    catalog.openModels.filter(
      (model) =>
        model.unreleased !== true &&
        model.task === field.task &&
        atLeastClass(model.class, field.class) &&
        (model.released ?? '') <= conditions.on,
    )
  if (conditions.host.length === 0) return crossed(competing(), sold)
  const seen = new Set<string>()
  const pairs = conditions.host.flatMap((choice) => {
    const models = choice.model === undefined ? competing() : [findModel(catalog.openModels, choice.model)]
    const { instance } = choice
    const machines =
      instance === undefined
        ? sold
        : [findNamed(catalog.instances, instance, `--host ${choice.model ?? ''}@${instance}`, 'machine')]
    return crossed(models, machines).map((pair) => ({ ...pair, choice }))
  })
  // Named twice, or once by name and once by "any machine", a pair is still one option.
  return pairs.filter(({ model, instance, choice }) => {
    const key = `${model.id} ${instance.id} ${choice.precision ?? ''} ${choice.tensorParallel ?? ''}`
    return !seen.has(key) && seen.add(key)
  })
}

const crossed = (
  models: readonly OpenModel[],
  machines: readonly Instance[],
): readonly { model: OpenModel; instance: Instance }[] =>
  models.flatMap((model) => machines.map((instance) => ({ model, instance })))

/** Regions in which any machine has a price. */
export const knownRegions = (catalog: Catalog): readonly string[] =>
  [...new Set(catalog.instances.flatMap((instance) => instance.rates.map((rate) => rate.region)))].toSorted((a, b) =>
    a.localeCompare(b),
  )
