import type { RunnerUp } from './comparison.ts'
import { replicasPerInstance } from './hosted-cost.ts'
import type { HostedOutcome } from './price-options.ts'
import { HOURS_PER_DAY, type Usd } from './units.ts'

const usd = (value: number): string => `$${value.toFixed(2)}`
const rate = (value: number): string => value.toPrecision(2)

/** What of a way to run a model decides about its price. */
export type Figures = {
  /** All machines together, and what passes through them. */
  readonly usd: Usd
  readonly machines: number
  readonly usdPerMachineHour: Usd
  readonly requestsPerMachineSecond: number
}

const figuresOf = ({ priced, capacity, option, deployment }: HostedOutcome): Figures => {
  const perInstance = replicasPerInstance(deployment)
  return {
    usd: option.usdPerDay,
    machines: (option.replicas?.mean ?? perInstance) / perInstance,
    usdPerMachineHour: priced.step.usdPerDay / HOURS_PER_DAY,
    requestsPerMachineSecond: capacity.requestsPerSecond * perInstance,
  }
}

const countText = (machines: number): string => (Number.isInteger(machines) ? String(machines) : machines.toFixed(1))

/** Why the next best way to run a model is not the one, in one clause with its numbers. */
export const whyOf = (here: Figures, there: Figures): string => {
  const carries = `a machine carries ${rate(there.requestsPerMachineSecond)} requests/s at ${usd(there.usdPerMachineHour)} an hour, here ${rate(here.requestsPerMachineSecond)} at ${usd(here.usdPerMachineHour)}`
  if (there.usd <= here.usd) return `it costs the same: ${carries}`
  if (there.machines > here.machines)
    return `it needs ${countText(there.machines)} machines where this needs ${countText(here.machines)}: ${carries}`
  if (there.machines < here.machines)
    return `it needs ${countText(there.machines)} instead of ${countText(here.machines)} machines, but dearer ones: ${carries}`
  return there.usdPerMachineHour > here.usdPerMachineHour
    ? `as many machines do, at ${usd(there.usdPerMachineHour)} an hour each in place of ${usd(here.usdPerMachineHour)}`
    : `what passes through it costs more: ${carries}`
}

/** Beside what was simulated, what was not is a formula's word. */
const unplayed = (best: HostedOutcome, next: HostedOutcome): string =>
  best.option.played !== undefined && next.option.played === undefined ? ' (the other by formula, not played)' : ''

/** The next best way beside the best one. */
const runnerUpOf = (best: HostedOutcome, next: HostedOutcome): RunnerUp => ({
  id: next.option.id,
  label: next.option.label,
  usdPerDay: next.option.usdPerDay,
  why: whyOf(figuresOf(best), figuresOf(next)) + unplayed(best, next),
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
