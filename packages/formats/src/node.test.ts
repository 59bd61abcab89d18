import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { InputError } from '@breakeven/core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { readUsage } from './node.ts'
import { SAMPLES } from './testing/samples.ts'
import { TOTALS } from './testing/traffic.ts'

const TABLE = 'time,input,output\n1789372800,5,1\n1789372801,6,1\n'
let folder = ''
const at = (name: string): string => join(folder, name)
const read = (...paths: readonly string[]): ReturnType<typeof readUsage> => readUsage(paths, { onRow: () => {} })
const refusal = async (...paths: readonly string[]): Promise<InputError> => {
  const thrown = await read(...paths).catch((error: unknown) => error)
  expect(thrown).toBeInstanceOf(InputError)
  return thrown as InputError
}

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'breakeven-formats-'))
  await mkdir(at('projects/shop'), { recursive: true })
  await mkdir(at('projects/.hidden'), { recursive: true })
  const claude = SAMPLES['claude-code']!.text
  await writeFile(at('projects/shop/a.jsonl'), claude)
  await writeFile(at('projects/.hidden/copy.jsonl'), claude)
  await writeFile(at('projects/README.md'), '# Notes\n\nNothing here.\n')
  await writeFile(at('a.csv'), TABLE)
  await writeFile(at('b.csv'), TABLE.replaceAll(',1\n', ',2\n'))
  await writeFile(at('a.csv.gz'), gzipSync(TABLE))
  await writeFile(at('two-members'), Buffer.concat([gzipSync(TABLE), gzipSync('1789372802,7,1\n')]))
  await writeFile(at('cut.gz'), gzipSync('time,input,output\n' + TABLE.slice(18).repeat(5000)).subarray(0, 200))
  await writeFile(at('empty.csv'), '')
})
afterAll(() => rm(folder, { recursive: true }))

describe('files', () => {
  it('a folder is read to its depths, duplicates across files once, and what is no usage file is named', async () => {
    const report = await read(at('projects'))
    expect(report.total).toMatchObject({ requests: TOTALS.requests, input: TOTALS.input })
    expect(report.files.length).toBe(1)
    expect(report.issues.filter(({ message }) => message.startsWith('Left out'))).toMatchObject([
      { file: at('projects/README.md') },
      { file: at('projects/shop/a.jsonl'), message: expect.stringContaining('.hidden/copy.jsonl') as string },
    ])
  })

  it.each([
    ['*.csv', 22],
    ['[ab].csv', 22],
    ['{a,b}.csv', 22],
    ['?.csv', 22],
    ['**/a.csv', 11],
    ['projects/**/*.jsonl', TOTALS.input],
  ])('the glob %s', async (glob, input) => {
    expect((await read(at(glob))).total.input).toBe(input)
  })

  it('a file named twice, a link to it and a copy of it count once, and the report says so', async () => {
    await writeFile(at('c.csv'), TABLE)
    await symlink(at('a.csv'), at('link.csv'))
    const report = await read(at('a.csv'), at('a.csv'), at('link.csv'), at('c.csv'), at('b.csv'))
    await Promise.all([rm(at('c.csv')), rm(at('link.csv'))])
    expect(report.total.input).toBe(22)
    expect(report.issues.filter(({ kind }) => kind === undefined).map(({ file, message }) => [file, message])).toEqual(
      expect.arrayContaining([
        [at('a.csv'), 'Named twice, counted once.'],
        ...['link.csv', 'c.csv'].map((name) => [
          at(name),
          `Left out: it is byte for byte ${at('a.csv')}, which is counted.`,
        ]),
      ]),
    )
  })

  it('gzip is known by its bytes, several members in one file too', async () => {
    expect((await read(at('a.csv.gz'))).total.input).toBe(11)
    expect((await read(at('two-members'))).total.input).toBe(18)
  })

  it('progress counts the bytes that are read from disk', async () => {
    const seen: number[] = []
    await readUsage([at('a.csv.gz'), at('a.csv')], {
      onRow: () => {},
      onProgress: ({ bytesRead, bytesTotal = 0 }) => void seen.push(bytesRead / bytesTotal),
    })
    expect(seen).toEqual([1, 1])
  })

  it('says what is not there, unreadable, damaged or a bomb', async () => {
    expect(await refusal(at('none.csv'))).toMatchObject({
      message: 'There is no such file.',
      place: { file: at('none.csv') },
    })
    expect(await refusal(at('*.parquet'))).toMatchObject({ message: 'No file matches this pattern.' })
    expect(await refusal(at('cut.gz'))).toMatchObject({ message: 'This gzip file is damaged or cut off.' })
    await mkdir(at('nothing'), { recursive: true })
    expect((await refusal(at('nothing'))).message).toContain('No usage file')
    expect((await refusal(at('projects/README.md'))).message).toContain('no usage file')
  })

  it('does not unpack a bomb to its end', async () => {
    const zeros = gzipSync(Buffer.alloc(64 * 1024 * 1024, '0'), { level: 9 })
    const head = gzipSync('time,input,output\n')
    await writeFile(at('bomb.gz'), Buffer.concat([head, ...Array.from({ length: 20 }, () => zeros)]))
    expect((await refusal(at('bomb.gz'))).message).toContain('unpacks to more than')
  })
})
