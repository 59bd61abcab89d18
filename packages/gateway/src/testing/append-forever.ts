import { openFileLedger } from '../file-ledger.ts'

// Appends to the file that is named and prints each id once its line is durable, until it is killed.
const ledger = await openFileLedger(process.argv[2]!)

const append = async (worker: number): Promise<void> => {
  for (let n = 0; ; n++) {
    const id = `${worker}-${n}`
    await ledger.append({
      id,
      at: n,
      endAt: n + 1,
      status: 'ok',
      httpStatus: 200,
      task: 'generate',
      model: 'm',
      upstream: 'here',
      streamed: false,
      usage: { freshInput: n, output: 1 },
      requestBytes: 1,
      answerBytes: 1,
    })
    process.stdout.write(`${id}\n`)
  }
}

for (let worker = 0; worker < 16; worker++) void append(worker)
