import type { RunnerUp } from './comparison.ts'
import type { HostedOutcome } from './price-options.ts'
import { HOURS_PER_DAY } from './units.ts'

const usd = (value: number): string => `$${value.toFixed(2)}`
const rate = (value: number): string => value.toPrecision(2)

/** What of an option decides about its price. */
const figuresOf = ({
  priced,
  deployment,
  capacity,
  option,
}: HostedOutcome): {
  readonly machines: number
  readonly usdPerHour: number
  readonly perMachine: number
  readonly instance: string
} => {
  const perInstance = priced.replicas(0).mean
  return {
    machines: (option.replicas?.mean ?? perInstance) / perInstance,
    usdPerHour: priced.step.usdPerDay / HOURS_PER_DAY,
    perMachine: capacity.requestsPerSecond * perInstance,
    instance: deployment.instance.id,
  }
}

const countText = (machines: number): string => (Number.isInteger(machines) ? String(machines) : machines.toFixed(1))

/** Why the next best way to run a model is dearer, in one clause with its numbers. */
const whyOf = (best: HostedOutcome, next: HostedOutcome): string => {
  const [here, there] = [figuresOf(best), figuresOf(next)]
  const carries = `a machine carries ${rate(there.perMachine)} requests/s at ${usd(there.usdPerHour)} an hour, here ${rate(here.perMachine)} at ${usd(here.usdPerHour)}`
  if (next.option.usdPerDay <= best.option.usdPerDay) return `it costs the same: ${carries}`
  if (there.machines > here.machines)
    return `it needs ${countText(there.machines)} machines where this needs ${countText(here.machines)}: ${carries}`
  if (there.machines < here.machines)
    return `it needs ${countText(there.machines)} instead of ${countText(here.machines)} machines, but dearer ones: ${carries}`
  return there.usdPerHour > here.usdPerHour
    ? `as many machines do, at ${usd(there.usdPerHour)} an hour each in place of ${usd(here.usdPerHour)}`
    : `what passes through it costs more: ${carries}`
}

/** The next best way beside the best one. */
export const runnerUpOf = (best: HostedOutcome, next: HostedOutcome): RunnerUp => ({
  id: next.option.id,
  label: next.option.label,
  usdPerDay: next.option.usdPerDay,
  why: whyOf(best, next),
})

const modelOf = ({ deployment }: HostedOutcome): string => deployment.model.id

/**
 * The same options, the first of each model with the one that comes next for that model: out of the others, and out of what
 * was left out because another split of the same machine was better.
 */
export const withRunnersUp = (
  hosts: readonly HostedOutcome[],
  leftOut: readonly HostedOutcome[],
): readonly HostedOutcome[] => {
  const best = new Map<string, HostedOutcome>()
  const next = new Map<string, HostedOutcome>()
  for (const host of hosts) {
    if (!best.has(modelOf(host))) best.set(modelOf(host), host)
    else if (!next.has(modelOf(host))) next.set(modelOf(host), host)
  }
  for (const other of leftOut) {
    const known = next.get(modelOf(other))
    if (known === undefined || other.option.usdPerDay < known.option.usdPerDay) next.set(modelOf(other), other)
  }
  return hosts.map((host) => {
    const runnerUp = next.get(modelOf(host))
    if (best.get(modelOf(host)) !== host || runnerUp === undefined) return host
    return { ...host, option: { ...host.option, runnerUp: runnerUpOf(host, runnerUp) } }
  })
}
