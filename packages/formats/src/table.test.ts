import { InputError } from '@breakeven/core'
import type { Row } from '@breakeven/core'
import { describe, expect, it } from 'vitest'
import { readUsageStreams, requireTraffic } from './index.ts'
import type { ImportReport, ReadOptions } from './index.ts'

const read = async (
  text: string,
  options: Partial<ReadOptions> = {},
): Promise<{ report: ImportReport; rows: Row[] }> => {
  const rows: Row[] = []
  const stream = new Blob([text]).stream()
  const report = await readUsageStreams([{ name: 'traffic', stream }], {
    onRow: (row) => void rows.push(row),
    ...options,
  })
  return { report, rows }
}
const failure = async (text: string, options: Partial<ReadOptions> = {}): Promise<InputError> => {
  const error = await read(text, options)
    .then(({ report }) => requireTraffic(report))
    .catch((thrown: unknown) => thrown)
  expect(error).toBeInstanceOf(InputError)
  return error as InputError
}

describe('a table of calls', () => {
  it('is read by the usual names, cached tokens taken out of the input', async () => {
    const { rows } = await read(
      'Created At,Model,Prompt Tokens,Cached Tokens,Completion Tokens\n2026-09-14T08:00:00Z,gpt-4o,"1,000",400,50\n',
    )
    expect(rows).toEqual([
      {
        kind: 'call',
        task: 'generate',
        at: 1789372800,
        status: 'ok',
        model: 'gpt-4o',
        usage: { freshInput: 600, cacheRead: 400, output: 50 },
      },
    ])
  })

  it('is read by the names of --map, constants included', async () => {
    const { rows } = await read('when;a;b\n1789372800;10;2\n', {
      map: { at: 'when', input: 'a', output: 'b', model: '=gpt-4o' },
    })
    expect(rows).toEqual([
      {
        kind: 'call',
        task: 'generate',
        at: 1789372800,
        status: 'ok',
        model: 'gpt-4o',
        usage: { freshInput: 10, output: 2 },
      },
    ])
  })

  it('keeps an empty cell unknown, never zero', async () => {
    const { rows, report } = await read('time,input_tokens,output_tokens,cached_tokens\n1789372800,10,,\n')
    expect(rows[0]?.usage).toEqual({ freshInput: 10 })
    expect(report.total.cacheReadUnknownRows).toBe(1)
  })

  it('reads sums as buckets, as wide as their step when no end is given', async () => {
    const { rows } = await read('day,requests,input_tokens,output_tokens\n2026-09-14,7,100,10\n2026-09-15,8,200,20\n')
    expect(rows).toEqual([
      {
        kind: 'bucket',
        task: 'generate',
        from: 1789344000,
        to: 1789430400,
        requests: 7,
        usage: { freshInput: 100, output: 10 },
      },
      {
        kind: 'bucket',
        task: 'generate',
        from: 1789430400,
        to: 1789516800,
        requests: 8,
        usage: { freshInput: 200, output: 20 },
      },
    ])
  })

  it('tells of every line that it cannot read', async () => {
    const { report } = await read(
      'time,input,output\n1789372800,1,1\n1789372801,x,1\n1789372802,1\nnever,1,1\n1789372804,1,1\n',
    )
    expect(report.total).toMatchObject({ lines: 5, rows: 2, malformedLines: 3 })
    expect(report.issues.map(({ line }) => line)).toEqual([3, 4, 5])
  })

  it('loses one line, not the rest, to a quote that never closes', async () => {
    const { report } = await read(
      'time,input,output\n1789372800,1,1\n"1789372801,5,1\n1789372802,1,1\n1789372803,1,1\n',
    )
    expect(report.total).toMatchObject({ lines: 4, rows: 3, malformedLines: 1, input: 3 })
  })

  it('reads the lines that two lost quotes join, one by one', async () => {
    const { report } = await read(
      'time,input,output\n"1789372800,5,1\n1789372801,6,1\n1789372802",7,1\n1789372803,8,1\n',
    )
    // Taken as one row, lines 2 to 4 would be lost as one; only those with a lost quote are.
    expect(report.total).toMatchObject({ lines: 4, rows: 2, malformedLines: 2, input: 14 })
  })

  it('says what is wrong, where, and what to do', async () => {
    expect(await failure('')).toMatchObject({ place: { file: 'traffic' }, message: 'The file is empty.' })
    expect(await failure('time,input,output\n')).toMatchObject({
      message: 'There is a header and no traffic below it.',
    })
    expect(await failure('foo,bar\n1,2\n')).toMatchObject({
      place: { line: 1 },
      message: 'This is no usage file that we know: its columns are foo, bar.',
    })
    expect(await failure('time,input,output\n1789372800,-5,1\n')).toMatchObject({ place: { line: 2 } })
    expect(await failure('time,input,output\n1789372800,5000000000,1\n')).toMatchObject({ place: { line: 2 } })
    expect(await failure('input,output\n5,1\n')).toMatchObject({
      place: { line: 1 },
      message: 'The table has no column for a time (at).',
    })
    expect(await failure('a,b\n5,1\n', { map: { at: 'c' } })).toMatchObject({
      message: 'There is no column "c" for --map at.',
    })
  })
})

describe('how numbers are written', () => {
  const inputs = async (text: string): Promise<{ inputs: (number | undefined)[]; dropped: number | null }> => {
    const { rows, report } = await read(text)
    return { inputs: rows.map(({ usage }) => usage.freshInput), dropped: report.total.malformedLines }
  }
  it('points group thousands where semicolons part the cells', async () => {
    expect(
      await inputs('time;input_tokens;output_tokens\n2026-11-01;12.345;1.024\n2026-11-02;9.000;7\n2026-11-03;900;7\n'),
    ).toEqual({ inputs: [12_345, 9000, 900], dropped: 0 })
  })
  it('a fraction of a token in one call is no count: the line is reported, never cut to 12', async () => {
    expect(await inputs('time,input_tokens,output_tokens\n2026-11-01,12.345,1\n2026-11-02,900.0,7\n')).toEqual({
      inputs: [900],
      dropped: 1,
    })
  })
  it('sums of an interval may have one', async () => {
    expect(await inputs('from,to,requests,input_tokens,output_tokens\n2026-11-01,2026-11-02,5,12.5,1\n')).toEqual({
      inputs: [12.5],
      dropped: 0,
    })
  })
})

describe('answers without a time', () => {
  const dated = (second: number): string =>
    JSON.stringify({
      object: 'chat.completion',
      created: 1_790_000_000 + second,
      model: 'gpt-4o',
      usage: { prompt_tokens: 5, completion_tokens: 1 },
    })
  const undated = JSON.stringify({
    type: 'message',
    role: 'assistant',
    model: 'claude-sonnet-4-5',
    usage: { input_tokens: 7, output_tokens: 2 },
  })
  const seconds = async (lines: readonly string[], options: Partial<ReadOptions> = {}) => {
    const { rows, report } = await read(lines.join('\n'), options)
    const starts = rows.map((row) => (row.kind === 'call' ? row.at : row.from) - 1_790_000_000)
    return { starts: starts.toSorted((a, b) => a - b), notes: report.issues.map(({ message }) => message).join() }
  }
  it('stand evenly between their neighbours', async () => {
    const { starts, notes } = await seconds([dated(0), undated, undated, undated, dated(400)])
    expect(starts).toEqual([0, 100, 200, 300, 400])
    expect(notes).toContain('spread evenly')
  })
  it('at an end of the file they are spread over all of it, never piled up at one moment', async () => {
    const { starts } = await seconds([undated, dated(0), dated(400), undated, undated])
    expect(starts).toEqual([0, 100, 200, 300, 400])
  })
  it('count for the period that is named', async () => {
    const { starts, notes } = await seconds([dated(0), undated], {
      undated: { from: 1_790_000_000 - 86_400, to: 1_790_000_000 + 86_400 },
    })
    expect(starts).toEqual([-86_400, 0])
    expect(notes).not.toContain('spread evenly')
  })
})

describe('what is no table at all', () => {
  it('is called binary, and its bytes are not shown as names of columns', async () => {
    const bytes = Uint8Array.from({ length: 4000 }, (_, at) => (at * 197 + 131) % 251 || 10)
    const error: unknown = await readUsageStreams([{ name: 'photo.csv', stream: new Blob([bytes]).stream() }], {
      onRow: () => {},
    }).catch((thrown: unknown) => thrown)
    expect(error).toMatchObject({ message: 'This is no usage file that we know: it is binary, not text.' })
  })
  it('and a negative count says nothing of caches', async () => {
    const { report } = await read('time,input_tokens,output_tokens\n2026-11-01,-5,1\n2026-11-02,5,1\n')
    expect(report.issues.map(({ message }) => message).join()).not.toContain('cached')
  })
})
