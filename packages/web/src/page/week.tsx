import type { Comparison, PricedOption } from '@breakeven/core'
import { SECONDS_PER_HOUR } from '@breakeven/core'
import type { VNode } from 'preact'
import type { Served } from '../simulate/serve.ts'
import type { Hours } from '../solve/hours.ts'
import { Bars } from './bars.tsx'
import { useReader } from './context.ts'

const STAFF_HEIGHT = 60
const WIDTH = 960

type Hourly = NonNullable<Extract<Served, { kind: 'simulated' }>['hourly']>

/** Replicas that each hour needs, simulated: the staircase under the traffic. */
const Replicas = ({ hourly }: { readonly hourly: Hourly }): VNode => {
  const { texts, figures } = useReader()
  const { byHour, replicaHours } = hourly
  const most = Math.max(...byHour)
  const step = WIDTH / byHour.length
  const y = (replicas: number): string => (STAFF_HEIGHT - (replicas / most) * (STAFF_HEIGHT - 4)).toFixed(1)
  const path = byHour
    .map((replicas, at) => `${at === 0 ? 'M0 ' : 'V'}${y(replicas)}H${((at + 1) * step).toFixed(1)}`)
    .join('')
  const caption = texts.staffing(figures.count(Math.min(...byHour)), figures.count(most), figures.count(replicaHours))
  return (
    <>
      <svg
        class="staff"
        viewBox={`0 0 ${WIDTH} ${STAFF_HEIGHT}`}
        preserveAspectRatio="none"
        role="img"
        aria-label={caption}
      >
        <path class="staff-area" d={`${path}V${STAFF_HEIGHT}H0Z`} />
        <path class="week-line" d={path} />
      </svg>
      <p class="hint">{caption}</p>
    </>
  )
}

const carriesOf = ({ capacity, replicas }: PricedOption): number | undefined =>
  capacity === undefined || replicas === undefined
    ? undefined
    : capacity.requestsPerSecond * replicas.max * SECONDS_PER_HOUR

/** Traffic as it came, and under it what the best fleet that one runs can carry. */
export const Week = ({
  comparison,
  hours,
  hourly,
}: {
  readonly comparison: Comparison
  readonly hours: Hours | undefined
  readonly hourly: Hourly | undefined
}): VNode | null => {
  const { texts, figures } = useReader()
  if (hours?.origin !== 'watched') return null
  const most = Math.max(...hours.requests)
  if (!(most > 0)) return null
  const run = comparison.options.find(({ kind }) => kind === 'hosted')
  const carries = run === undefined ? undefined : carriesOf(run)
  const near = carries !== undefined && carries < most * 4
  const captionOf = (): string => {
    if (carries === undefined || run?.replicas === undefined) return texts.weekCaptionOnly(figures.count(most))
    const replicas = figures.count(run.replicas.max)
    const machine = run.label.replace(/ on [\d–.]+ × /, ' on ')
    return near
      ? texts.weekCaption(figures.count(most), replicas, machine)
      : texts.weekFar(figures.count(most), replicas, machine, figures.count(carries))
  }
  const caption = captionOf()
  return (
    <section class="block" aria-labelledby="week-title">
      <h2 id="week-title">{texts.week}</h2>
      <Bars
        name="week"
        hours={hours}
        top={near ? Math.max(most, carries) : most}
        label={caption}
        {...(near ? { line: carries } : {})}
      />
      <p class="hint">{caption}</p>
      {hourly === undefined ? null : <Replicas hourly={hourly} />}
    </section>
  )
}
