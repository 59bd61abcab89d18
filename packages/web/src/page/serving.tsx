import type { ShippedCatalog } from '@breakeven/catalog/snapshot'
import type { Comparison, PricedOption, Workload } from '@breakeven/core'
import { countText, secondsText } from '@breakeven/report'
import type { VNode } from 'preact'
import { useMemo } from 'preact/hooks'
import type { SimulateRequest, Simulated } from '../simulate/messages.ts'
import { replicaOf } from '../simulate/replica-of.ts'
import type { Refined } from '../simulate/use-simulation.ts'
import { useSimulation } from '../simulate/use-simulation.ts'
import type { Settings } from '../state/settings.ts'
import { useTexts } from './context.ts'
import { Week } from './week.tsx'

type Props = {
  readonly catalog: ShippedCatalog
  readonly comparison: Comparison
  readonly settings: Settings
  readonly workload: Workload
}

const SHOWN = ['p50', 'p90', 'p95', 'p99'] as const

const requestFor = (
  { catalog, comparison, settings, workload }: Props,
  run: PricedOption | undefined,
): SimulateRequest | undefined => {
  const replica = run === undefined ? undefined : replicaOf(catalog, run)
  if (replica === undefined || run?.replicas === undefined) return undefined
  const { peakRequestsPerSecond } = comparison.workload
  return {
    replica,
    replicas: run.replicas.max,
    slo: { ttftSeconds: settings.ttftSeconds, tpotSeconds: settings.tpotSeconds, percentile: 'p95' },
    workload,
    ...(peakRequestsPerSecond === undefined ? {} : { peakRequestsPerSecond }),
  }
}

const Percentiles = ({ simulated }: { readonly simulated: Simulated }): VNode => {
  const texts = useTexts()
  const { ttft, tpot, e2e } = simulated.latencies
  const rows = [
    [texts.firstToken, ttft],
    [texts.furtherToken, tpot],
    [texts.wholeAnswer, e2e],
  ] as const
  return (
    <div class="scroll" tabIndex={0} role="group" aria-label={texts.serving}>
      <table class="percentiles">
        <thead>
          <tr>
            <th scope="col">{texts.shareOfRequests}</th>
            {SHOWN.map((one) => (
              <th scope="col" class={`number ${one}`} key={one}>
                {one.slice(1)} %
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map(([name, percentiles]) => (
            <tr key={name}>
              <th scope="row">{name}</th>
              {SHOWN.map((one) => (
                <td class={`number ${one}`} key={one}>
                  {secondsText(percentiles[one])}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  )
}

const Latency = ({ run, refined, settings }: { run: PricedOption; refined: Refined; settings: Settings }): VNode => {
  const texts = useTexts()
  const { reply, stale } = refined
  return (
    <section class="block serving" aria-labelledby="serving-title" aria-busy={stale}>
      <h2 id="serving-title">{texts.serving}</h2>
      <p class="hint">
        {texts.servingOf(run.label)}{' '}
        {reply?.kind === 'simulated' && !stale
          ? `${reply.origin === 'watched' ? texts.asWatched(countText(reply.latencies.served)) : texts.asPeak(countText(reply.latencies.served))} ${(reply.holds ? texts.targetMet : texts.targetMissed)(secondsText(settings.ttftSeconds), secondsText(settings.tpotSeconds))}`
          : ''}
      </p>
      {reply === undefined ? (
        <p class="simulating">{texts.simulating}</p>
      ) : reply.kind === 'simulated' ? (
        <Percentiles simulated={reply} />
      ) : (
        <p class="simulating">{texts.notSimulated(reply.reason)}</p>
      )}
    </section>
  )
}

/** What closed form cannot say: how long requests wait on the best fleet one would run, and how many replicas each hour needs. */
export const Serving = (props: Props): VNode | null => {
  const { comparison, settings, workload } = props
  const run = comparison.options.find(({ kind }) => kind === 'hosted')
  const request = useMemo(() => requestFor(props, run), [comparison, workload])
  const key = `${run?.id} ${request?.replicas} ${request?.slo.ttftSeconds} ${request?.slo.tpotSeconds} ${request?.peakRequestsPerSecond} ${comparison.workload.meanInput} ${comparison.workload.meanOutput}`
  const refined = useSimulation(key, request)
  const hourly = refined.reply?.kind === 'simulated' && !refined.stale ? refined.reply.hourly : undefined
  return (
    <>
      {run === undefined || request === undefined ? null : <Latency run={run} refined={refined} settings={settings} />}
      <Week comparison={comparison} workload={workload} hourly={hourly} />
    </>
  )
}
