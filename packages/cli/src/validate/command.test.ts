import { existsSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

import { describe, expect, test } from 'vitest'

import { runCli } from '../app.ts'
import { testIo } from '../test-io.ts'

const folder = mkdtempSync(join(tmpdir(), 'breakeven-validate-'))
const fileWith = (name: string, text: string): string => {
  writeFileSync(join(folder, name), text)
  return join(folder, name)
}
const carried = fileURLToPath(new URL('carried.csv', import.meta.url))

const validated = async (...args: string[]): Promise<{ code: number; out: string; err: string }> => {
  const io = testIo()
  const code = await runCli(['validate', ...args], io)
  return { code, out: io.out(), err: io.err() }
}

const KV = `source,model,gpu,tp,max_num_batched_tokens,max_num_seqs,gpu_memory_utilization,kv_tokens_measured
inference-sim/inference-sim,mistralai/Mistral-Nemo-Instruct-2407,H100-SXM-80GB,2,1024,128,0.9,768144
`

describe('breakeven validate', () => {
  test('JSON: rows, what was skipped, and errors by source, engine, accelerator and metric', async () => {
    const { code, out } = await validated(carried, fileWith('kv.csv', KV), '--json')
    expect(code).toBe(0)
    const { schema, rows, coverage, skipped, bySource, heldOut, kvCapacity } = JSON.parse(out)
    expect({ schema, rows, coverage, skipped }).toEqual({
      schema: 'breakeven/validation@1',
      rows: 262,
      coverage: 1,
      skipped: [],
    })
    expect(Object.keys(bySource[0])).toEqual([
      'source',
      'engine',
      'accelerator',
      'metric',
      'rows',
      'medianAbsPctError',
      'p90AbsPctError',
      'bias',
    ])
    const count = (groups: readonly { readonly rows: number }[]): number =>
      groups.reduce((sum, group) => sum + group.rows, 0)
    expect(count(heldOut)).toBeGreaterThan(50)
    expect(count(heldOut)).toBeLessThan(count(bySource))
    expect(Math.abs(kvCapacity[0].predicted / 768_144 - 1)).toBeLessThan(0.03)
  })

  test('a table names every source; Markdown keeps the words that stand in front', async () => {
    const markdown = fileWith(
      'accuracy.md',
      '# Words\n\n<!-- Below this line everything is made by `breakeven validate … --markdown`. -->\nold\n',
    )
    const { out } = await validated(carried, '--markdown', markdown)
    expect(out).toContain('262 rows: 262 predicted, 100 %')
    expect(out).toMatch(/^S01 +TGI +A10G +end to end +\d+ /m)
    const written = readFileSync(markdown, 'utf8')
    expect(written).toMatch(/^# Words\n/)
    expect(written).not.toContain('old')
    expect(written).toMatch(/^\| S01 \| TGI \| A10G \| end to end \| \d+ \|/m)
  })

  const doc = fileURLToPath(new URL('../../../../docs/accuracy.md', import.meta.url))
  const shared = fileURLToPath(new URL('../../../../../shared/', import.meta.url))
  const measurements = ['data/ground-truth.csv', 'data/kv-capacity.csv'].map((path) => join(shared, path))
  const runs = ['RTX4090', 'RTXPRO6000'].map((card) =>
    join(shared, `traces/vllm-per-request/${card}_Llama-3.1-8B.requests.jsonl`),
  )

  test.skipIf(!existsSync(measurements[0] ?? ''))(
    'docs/accuracy.md is what the command makes of all measurements',
    async () => {
      const kept = readFileSync(doc, 'utf8')
      const again = fileWith('again.md', kept)
      expect((await validated(...measurements, ...runs, '--markdown', again)).code).toBe(0)
      expect(readFileSync(again, 'utf8')).toBe(kept)
    },
    120_000,
  )

  test('docs/accuracy.md has every table that the command makes of the carried rows', async () => {
    const kept = readFileSync(doc, 'utf8')
    const again = fileWith('carried.md', kept)
    await validated(carried, '--markdown', again)
    const headings = (text: string): readonly string[] =>
      text.split('\n').filter((line) => /^## |^\| (?:target|source) /.test(line))
    const made = headings(readFileSync(again, 'utf8'))
    expect(made.length).toBeGreaterThan(5)
    expect(headings(kept)).toEqual(expect.arrayContaining([...made]))
  })

  test.each([
    ['no such file', 'nowhere.csv', 'cannot read the file (ENOENT)'],
    ['an empty file', fileWith('empty.csv', ''), 'there are no rows of measurements'],
    ['other columns', fileWith('other.csv', 'model,engine,gpus,input_tokens\na,b,c,1\n'), 'there is no column gpu'],
    ['Markdown of another kind', carried, 'no line that says where the tables begin'],
  ])('%s is exit 2', async (name, file, message) => {
    const markdown = name.startsWith('Markdown') ? ['--markdown', fileWith('mine.md', '# Mine\n')] : []
    const { code, out, err } = await validated(file, ...markdown)
    expect({ code, out }).toEqual({ code: 2, out: '' })
    expect(err).toContain(message)
  })
})
