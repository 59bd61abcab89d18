import type { VNode } from 'preact'
import type { Hours } from '../solve/hours.ts'
import { useReader } from './context.ts'

const [WIDTH, HEIGHT] = [960, 160]
/** Names of moments under the bars. */
const MARKS = 4

type Props = {
  readonly name: string
  readonly hours: Hours
  /** Requests an hour at the top edge. */
  readonly top: number
  readonly label: string
  /** A level, requests an hour. */
  readonly line?: number
  /** What of each bar lies above this many requests an hour is coloured apart. */
  readonly over?: number
}

/** Requests by the hour as bars, with the hours named below and a level across. */
export const Bars = ({ name, hours, top, label, line, over = Number.POSITIVE_INFINITY }: Props): VNode => {
  const { texts, figures } = useReader()
  const { requests, startAt, step: stepHours } = hours
  const step = WIDTH / requests.length
  const room = top * 1.06
  const y = (count: number): number => HEIGHT - (count / room) * HEIGHT
  const bar = (at: number, from: number, to: number): string =>
    to <= from
      ? ''
      : `M${(at * step).toFixed(1)} ${y(from).toFixed(1)}V${y(to).toFixed(1)}h${Math.max(step * 0.86, 0.4).toFixed(2)}V${y(from).toFixed(1)}z`
  const base = requests.map((count, at) => bar(at, 0, Math.min(count, over))).join('')
  const above = requests.map((count, at) => bar(at, over, count)).join('')
  const marks =
    startAt === undefined
      ? [texts.busiestHour, texts.quietestHour]
      : Array.from({ length: MARKS }, (_, mark) =>
          figures.moment(startAt + (mark / MARKS) * requests.length * stepHours * 3600),
        )
  return (
    <div class={`bars ${name}-bars`}>
      <span class="bars-top">{texts.anHour(figures.count(top))}</span>
      <svg class={name} viewBox={`0 0 ${WIDTH} ${HEIGHT}`} preserveAspectRatio="none" role="img" aria-label={label}>
        <path class="bars-base" d={base} />
        {above === '' ? null : <path class="bars-over" d={above} />}
        {line === undefined ? null : <path class="bars-line" d={`M0 ${y(line).toFixed(1)}H${WIDTH}`} />}
      </svg>
      <div class={`bars-marks${startAt === undefined ? ' ends' : ''}`}>
        {marks.map((mark) => (
          <span key={mark}>{mark}</span>
        ))}
      </div>
    </div>
  )
}
