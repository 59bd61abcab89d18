// Speed as ratios in one run: `npm run bench`, or `npm run bench pricing` for one of them. Machines are noisy; ratios are less so.
import { benchCapacity } from './capacity.ts'
import { benchCompare } from './compare.ts'
import { benchPricing } from './pricing.ts'
import { benchStart } from './start.ts'

const BENCHES: Readonly<Record<string, () => readonly string[]>> = {
  pricing: benchPricing,
  compare: benchCompare,
  capacity: benchCapacity,
  start: benchStart,
}

const wanted = process.argv.slice(2)
for (const [name, bench] of Object.entries(BENCHES)) {
  if (wanted.length > 0 && !wanted.includes(name)) continue
  process.stdout.write(
    `${name}\n${bench()
      .map((line) => `  ${line}\n`)
      .join('')}`,
  )
}
