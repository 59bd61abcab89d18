import type { Seconds } from '@breakeven/core'
import type { TypedCommandFlagParameters } from '@stricli/core'
import type { CliContext } from '../context.ts'
import { parseDuration } from './duration.ts'

/** The latency target of one command run: what is absent is the conditions' own default. */
export type LatencyFlags = { readonly ttft?: Seconds; readonly tpot?: Seconds }

const target = { kind: 'parsed', parse: parseDuration, placeholder: 'TIME' } as const
const TTFT = 'Latency target: time to first token'
const TPOT = 'Latency target: time per further token'

export const latencyFlags: TypedCommandFlagParameters<LatencyFlags, CliContext>['flags'] = {
  ttft: { ...target, optional: true, brief: `${TTFT}; 2s by default` },
  tpot: { ...target, optional: true, brief: `${TPOT}; 100ms by default` },
}

/** For commands that always hold a replica to a target of their own. */
export const latencyTargetFlags: TypedCommandFlagParameters<Required<LatencyFlags>, CliContext>['flags'] = {
  ttft: { ...target, default: '2s', brief: TTFT },
  tpot: { ...target, default: '100ms', brief: TPOT },
}
