// Makes examples/usage.csv, the log that `npm start` compares: `node examples/make-usage.ts > examples/usage.csv`.
// Invented, and the same every time: a support assistant on gpt-4o with a cached preamble, and a tagger on gpt-4o-mini,
// over three days with a working day's shape.

const FROM = Date.parse('2026-11-16T00:00:00Z')
const DAYS = 3
const CALLS_A_DAY = 700

/** mulberry32: equal numbers for equal seeds. */
const randomFrom = (seed: number): (() => number) => {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296
  }
}
const random = randomFrom(7)

/** Rate by hour of day: quiet nights, a peak before and after lunch. */
const HOURS = [1, 1, 1, 1, 1, 2, 4, 8, 14, 18, 20, 18, 12, 16, 20, 18, 14, 10, 7, 5, 4, 3, 2, 1]
const HOURS_TOTAL = HOURS.reduce((sum, weight) => sum + weight, 0)

const hourOf = (draw: number): number => {
  let left = draw * HOURS_TOTAL
  for (const [hour, weight] of HOURS.entries()) {
    if (left < weight) return hour
    left -= weight
  }
  return 23
}

/** Log-normal about a median: most are short, a few are long. */
const around = (median: number, spread: number): number => {
  const normal = Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random())
  return Math.max(1, Math.round(median * Math.exp(spread * normal)))
}

type Line = { at: number; text: string }
const lines: Line[] = []
for (let day = 0; day < DAYS; day += 1) {
  for (let nth = 0; nth < CALLS_A_DAY; nth += 1) {
    const at = FROM + day * 86_400_000 + hourOf(random()) * 3_600_000 + Math.floor(random() * 3_600_000)
    const isChat = random() < 0.6
    const cached = isChat && random() < 0.7 ? 1024 : 0
    const input = isChat ? 1100 + around(500, 0.7) : around(350, 0.5)
    const output = isChat ? around(220, 0.6) : around(12, 0.4)
    const who = isChat ? 'gpt-4o,support-chat' : 'gpt-4o-mini,ticket-tags'
    lines.push({ at, text: `${new Date(at).toISOString()},${who},${input},${cached},${output}` })
  }
}

const ordered = lines.toSorted((a, b) => a.at - b.at).map(({ text }) => text)
process.stdout.write(['timestamp,model,project,input_tokens,cached_tokens,output_tokens', ...ordered, ''].join('\n'))
