/** A logarithmic axis: values from `from` to `to`, drawn from `start` to `end`. */
export type LogScale = {
  readonly from: number
  readonly to: number
  readonly start: number
  readonly end: number
}

export const positionOf = ({ from, to, start, end }: LogScale, value: number): number =>
  start + (Math.log(value / from) / Math.log(to / from)) * (end - start)

export const valueAt = ({ from, to, start, end }: LogScale, position: number): number =>
  from * (to / from) ** ((position - start) / (end - start))

export type Tick = { readonly value: number; readonly major: boolean }

const STEPS = [1, 2, 3, 4, 5, 6, 7, 8, 9]

/** Whole decades carry numbers; where there are less than two of them in sight, 2 and 5 do too. */
export const ticksOf = ({ from, to }: Pick<LogScale, 'from' | 'to'>): Tick[] => {
  const [first, last] = [Math.floor(Math.log10(from) + 1e-9), Math.ceil(Math.log10(to) - 1e-9)]
  const majors = last - first < 3 ? [1, 2, 5] : [1]
  const ticks: Tick[] = []
  for (let decade = first; decade <= last; decade++) {
    for (const step of STEPS) {
      // A negative power of ten is not exact in binary, its text is.
      const value = Number(`${step}e${decade}`)
      if (value >= from * (1 - 1e-9) && value <= to * (1 + 1e-9)) ticks.push({ value, major: majors.includes(step) })
    }
  }
  return ticks
}
