/**
 * Big tables through DuckDB, against its own bare scan that sums two columns, in one run: `node bench/tables.bench.ts`.
 * `ROWS=1000000` for fewer than 10 million. Files are made in the temporary folder and taken away again.
 */
import { once } from 'node:events'
import { createWriteStream } from 'node:fs'
import { mkdtemp, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { loadCatalog } from '@breakeven/catalog'
import { segmentEdges, summarizer } from '@breakeven/core'
import { connect } from '../packages/formats/src/duckdb/connect.ts'
import { readUsage } from '../packages/formats/src/node.ts'
import { randomFrom } from './traffic.ts'

const ROWS = Number(process.env.ROWS ?? 10_000_000)
const RUNS = 3
const TARGET = 2.5
const WRITE_CHARS = 1024 * 1024
const MODELS = ['gpt-4o', 'gpt-4o-mini', 'claude-sonnet-4-5']
const edges = segmentEdges(loadCatalog())

/** Wall time, and CPU time of all threads, which company on the machine disturbs less. */
type Spent = { readonly wall: number; readonly cpu: number }
const spent = async (work: () => Promise<unknown>): Promise<Spent> => {
  const [at, cpu] = [performance.now(), process.cpuUsage()]
  await work()
  const { user, system } = process.cpuUsage(cpu)
  return { wall: (performance.now() - at) / 1000, cpu: (user + system) / 1e6 }
}
const less = (a: Spent | undefined, b: Spent): Spent =>
  a === undefined ? b : { wall: Math.min(a.wall, b.wall), cpu: Math.min(a.cpu, b.cpu) }

type Fields = readonly [
  time: string,
  model: string,
  project: string,
  status: number,
  input: number,
  cached: number,
  output: number,
]

/** A month of calls, evenly: prompts of 30 to 100,000 tokens and answers of 10 to 3,000, evenly in their logarithms; a fifth half cached, a hundredth failed. */
function* madeRows(): Generator<Fields> {
  const random = randomFrom(1)
  const from = Date.parse('2026-10-01T00:00:00Z')
  for (let nth = 0; nth < ROWS; nth += 1) {
    const input = Math.round(10 ** (1.5 + 3.5 * random()))
    yield [
      new Date(from + Math.floor((nth * 31 * 86_400_000) / ROWS)).toISOString(),
      MODELS[nth % MODELS.length] ?? '',
      nth % 5 === 0 ? 'chat' : 'search',
      random() < 0.01 ? 429 : 200,
      input,
      random() < 0.2 ? input >> 1 : 0,
      Math.round(10 ** (1 + 2.5 * random())),
    ]
  }
}

const write = async (path: string, head: string, line: (fields: Fields) => string): Promise<void> => {
  const out = createWriteStream(path)
  let text = head
  for (const fields of madeRows()) {
    text += line(fields)
    if (text.length < WRITE_CHARS) continue
    if (!out.write(text)) await once(out, 'drain')
    text = ''
  }
  out.end(text)
  await once(out, 'close')
}

const readSums = async (path: string, fromBytes: number): Promise<number> => {
  const { add, addSum, done } = summarizer({ edges })
  let sums = 0
  await readUsage([path], {
    onRow: add,
    big: {
      edges,
      fromBytes,
      onSum: (sum) => {
        sums += 1
        addSum(sum)
      },
    },
  })
  done()
  return sums
}

const folder = await mkdtemp(join(tmpdir(), 'breakeven-bench-'))
const { connection, close } = await connect(folder)
try {
  const [csv, jsonl, parquet] = ['calls.csv', 'calls.jsonl', 'calls.parquet'].map((name) => join(folder, name)) as [
    string,
    string,
    string,
  ]
  await write(
    csv,
    'timestamp,model,project,status,input_tokens,cached_tokens,output_tokens\n',
    (fields) => `${fields.join(',')}\n`,
  )
  await write(
    jsonl,
    '',
    ([timestamp, model, project, status, input, cached, output]) =>
      `${JSON.stringify({ timestamp, model, project, status, input_tokens: input, cached_tokens: cached, output_tokens: output })}\n`,
  )
  await connection.run(`COPY (SELECT * FROM '${csv}') TO '${parquet}' (FORMAT parquet)`)
  console.log(`${ROWS.toLocaleString('en-US')} rows, ${edges.length} prompt lengths at which a price changes`)
  for (const path of [csv, jsonl, parquet]) {
    let [bare, ours]: [Spent | undefined, Spent | undefined] = [undefined, undefined]
    for (let run = 0; run < RUNS; run += 1) {
      bare = less(
        bare,
        await spent(() => connection.runAndReadAll(`SELECT sum(input_tokens), sum(output_tokens) FROM '${path}'`)),
      )
      let sums = 0
      ours = less(
        ours,
        await spent(async () => {
          sums = await readSums(path, 0)
        }),
      )
      if (sums === 0) throw new Error(`${path} was streamed`)
    }
    const streamed = path === parquet ? undefined : await spent(() => readSums(path, Number.POSITIVE_INFINITY))
    if (bare === undefined || ours === undefined) continue
    const { size } = await stat(path)
    console.log(
      `${path.slice(folder.length + 1).padEnd(14)} ${(size / 1e6).toFixed(0).padStart(5)} MB   bare ${bare.wall.toFixed(2)} s, ours ${ours.wall.toFixed(2)} s: ${(ours.wall / bare.wall).toFixed(2)}x by the clock, ${(ours.cpu / bare.cpu).toFixed(2)}x of CPU${path === parquet ? '' : ` (wanted ${TARGET})`}${streamed === undefined ? '' : `; streamed ${streamed.wall.toFixed(2)} s, CPU ${(streamed.cpu / ours.cpu).toFixed(1)}x ours`}`,
    )
  }
} finally {
  close()
  await rm(folder, { recursive: true })
}
