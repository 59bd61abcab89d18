import type { Comparison, Workload } from '@breakeven/core'
import { countText } from '@breakeven/report'
import type { VNode } from 'preact'
import type { Simulated } from '../simulate/messages.ts'
import { useTexts } from './context.ts'

const [WIDTH, HEIGHT] = [960, 160]
const SECONDS_PER_HOUR = 3600
/** Bars beyond this could not be told apart. */
const MOST_BARS = 480

/** Requests by hour; over months, the mean hour of longer steps. */
const hoursOf = ({ stepSeconds, requests }: NonNullable<Workload['arrivals']>): readonly number[] => {
  const stepsAnHour = Math.max(1, Math.round(SECONDS_PER_HOUR / stepSeconds))
  const hours = Math.ceil(requests.length / stepsAnHour)
  const hoursABar = Math.max(1, Math.ceil(hours / MOST_BARS))
  const bars = Array.from({ length: Math.ceil(hours / hoursABar) }, () => 0)
  for (const [step, count] of requests.entries()) {
    const bar = Math.floor(step / stepsAnHour / hoursABar)
    bars[bar] = (bars[bar] ?? 0) + count / hoursABar
  }
  return bars
}

const STAFF_HEIGHT = 60

/** Replicas that each hour needs, simulated: the staircase under the traffic. */
const Replicas = ({ hourly }: { readonly hourly: NonNullable<Simulated['hourly']> }): VNode => {
  const texts = useTexts()
  const { byHour, replicaHours } = hourly
  const most = Math.max(...byHour)
  const step = WIDTH / byHour.length
  const y = (replicas: number): string => (STAFF_HEIGHT - (replicas / most) * (STAFF_HEIGHT - 4)).toFixed(1)
  const path = byHour
    .map((replicas, at) => `${at === 0 ? 'M0 ' : 'V'}${y(replicas)}H${((at + 1) * step).toFixed(1)}`)
    .join('')
  const caption = texts.staffing(countText(Math.min(...byHour)), countText(most), countText(replicaHours))
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

/** Traffic as it came, and under it what the best fleet that one runs can carry. */
export const Week = ({
  comparison,
  workload,
  hourly,
}: {
  readonly comparison: Comparison
  readonly workload: Workload
  readonly hourly: Simulated['hourly']
}): VNode | null => {
  const texts = useTexts()
  const { arrivals } = workload
  if (arrivals === undefined || arrivals.requests.length < 2) return null
  const bars = hoursOf(arrivals)
  const most = Math.max(...bars)
  if (!(most > 0)) return null
  const run = comparison.options.find(({ kind }) => kind === 'hosted')
  const carries =
    run?.capacity === undefined || run.replicas === undefined
      ? undefined
      : run.capacity.requestsPerSecond * run.replicas.max * SECONDS_PER_HOUR
  const top = Math.max(most, carries !== undefined && carries < most * 4 ? carries : 0) * 1.05
  const step = WIDTH / bars.length
  const height = (count: number): number => (count / top) * HEIGHT
  const path = bars
    .map(
      (count, at) =>
        `M${(at * step).toFixed(1)} ${HEIGHT}v${(-height(count)).toFixed(1)}h${Math.max(step - 0.6, 0.4).toFixed(2)}v${height(count).toFixed(1)}z`,
    )
    .join('')
  const captionOf = (): string => {
    if (carries === undefined || run?.replicas === undefined) return texts.weekCaptionOnly(countText(most))
    const replicas = countText(run.replicas.max)
    const machine = run.label.replace(/ on [\d–.]+ × /, ' on ')
    return carries > top
      ? texts.weekFar(countText(most), replicas, machine, countText(carries))
      : texts.weekCaption(countText(most), replicas, machine)
  }
  const caption = captionOf()
  return (
    <section class="block" aria-labelledby="week-title">
      <h2 id="week-title">{texts.week}</h2>
      <svg class="week" viewBox={`0 0 ${WIDTH} ${HEIGHT}`} preserveAspectRatio="none" role="img" aria-label={caption}>
        <path class="week-bars" d={path} />
        {carries === undefined || carries > top ? null : (
          <path class="week-line" d={`M0 ${(HEIGHT - height(carries)).toFixed(1)}H${WIDTH}`} />
        )}
      </svg>
      <p class="hint">{caption}</p>
      {hourly === undefined ? null : <Replicas hourly={hourly} />}
    </section>
  )
}
