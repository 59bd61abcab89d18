import type { Comparison, PricedOption } from '@breakeven/core'
import type { VNode } from 'preact'
import type { Served } from '../simulate/serve.ts'
import type { Hours } from '../solve/hours.ts'
import type { Settings } from '../state/settings.ts'
import { useReader } from './context.ts'
import { Week } from './week.tsx'

type Simulated = Extract<Served, { kind: 'simulated' }>

const SHOWN = ['p50', 'p90', 'p95', 'p99'] as const

const Percentiles = ({ simulated }: { readonly simulated: Simulated }): VNode => {
  const { texts, figures } = useReader()
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
                  {figures.seconds(percentiles[one])}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  )
}

type LatencyProps = {
  readonly run: PricedOption
  /** Undefined: still being played. */
  readonly served: Served | undefined
  readonly settings: Settings
}

const Latency = ({ run, served, settings }: LatencyProps): VNode => {
  const { texts, figures, say } = useReader()
  const played = (simulated: Simulated): string => {
    const count = figures.count(simulated.latencies.served)
    const target = simulated.holds ? texts.targetMet : texts.targetMissed
    return `${simulated.origin === 'watched' ? texts.asWatched(count) : texts.asPeak(count)} ${target(figures.seconds(settings.ttftSeconds), figures.seconds(settings.tpotSeconds))}`
  }
  return (
    <section class="block serving" aria-labelledby="serving-title" aria-busy={served === undefined}>
      <h2 id="serving-title">{texts.serving}</h2>
      <p class="hint">
        {texts.servingOf(say(run.label))} {served?.kind === 'simulated' ? played(served) : ''}
      </p>
      {served === undefined ? (
        <p class="simulating">{texts.simulating}</p>
      ) : served.kind === 'simulated' ? (
        <Percentiles simulated={served} />
      ) : (
        <p class="simulating">{texts.notSimulated(say(served.reason))}</p>
      )}
    </section>
  )
}

type Props = {
  readonly comparison: Comparison
  readonly settings: Settings
  readonly served: { readonly of: Served | undefined } | undefined
  readonly hours: Hours | undefined
}

/** What closed form cannot say: how long requests wait on the best fleet one would run, and how many replicas each hour needs. */
export const Serving = ({ comparison, settings, served, hours }: Props): VNode => {
  const run = comparison.options.find(({ kind }) => kind === 'hosted')
  const own = served?.of?.id === run?.id ? served?.of : undefined
  return (
    <>
      {run === undefined || (served !== undefined && served.of === undefined) ? null : (
        <Latency run={run} served={own} settings={settings} />
      )}
      <Week comparison={comparison} hours={hours} hourly={own?.kind === 'simulated' ? own.hourly : undefined} />
    </>
  )
}
