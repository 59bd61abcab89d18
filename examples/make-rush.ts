// Makes examples/rush.csv: `node examples/make-rush.ts > examples/rush.csv`. Invented, and the same every time: half an hour
// of a chat product in the columns of Azure's public LLM traces, with a rush in the middle and bursts throughout.

const FROM = Date.parse('2026-11-18T12:45:00Z')
const SECONDS = 1800
/** Requests a second before, in and after the rush. */
const CALM = 1.2
const RUSH = 4.5
const RUSH_FROM = 700
const RUSH_TO = 1250

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
const random = randomFrom(18)

/** Log-normal about a median: most are short, a few are long. */
const around = (median: number, spread: number): number => {
  const normal = Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random())
  return Math.max(1, Math.round(median * Math.exp(spread * normal)))
}

const lines: string[] = ['TIMESTAMP,ContextTokens,GeneratedTokens']
let at = 0
while (at < SECONDS) {
  const rate = at >= RUSH_FROM && at < RUSH_TO ? RUSH : CALM
  at -= Math.log(1 - random()) / rate
  // One arrival in eight is a page that asks several things at once.
  const together = random() < 1 / 8 ? 2 + Math.floor(random() * 5) : 1
  for (let one = 0; one < together; one += 1) {
    const moment = new Date(FROM + (at + one * 0.05) * 1000).toISOString().replace('T', ' ').replace('Z', '0000')
    lines.push(`${moment},${Math.min(6000, around(700, 0.8))},${Math.min(900, around(160, 0.6))}`)
  }
}
process.stdout.write(`${lines.join('\n')}\n`)
