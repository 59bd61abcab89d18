import { describe, expect, it } from 'vitest'
import { readUsageStreams, renderImportReport, renderImportSummary } from './index.ts'
import type { ImportReport } from './index.ts'
import { SAMPLES } from './testing/samples.ts'

const read = (files: Readonly<Record<string, string>>): Promise<ImportReport> =>
  readUsageStreams(
    Object.entries(files).map(([name, text]) => ({ name, stream: new Blob([text]).stream() })),
    { onRow: () => {} },
  )

const MIXED = {
  'sessions.jsonl': `${SAMPLES['claude-code']!.text}{"type":"assistant","mess`,
  'gateway.csv': SAMPLES['litellm csv']!.text,
  'ours.csv':
    'time,model,input_tokens,cached_tokens,output_tokens,status\n2026-09-14 08:00:00,gpt-4o,1000,500,100,200\n2026-09-14 08:00:07,,2000,,100,200\nlater,gpt-4o,5,5,5,200\n2026-09-14 08:00:09,gpt-4o,300,0,0,500\n',
}

describe('the import report', () => {
  it('as a table', async () => {
    await expect(renderImportReport(await read(MIXED))).toMatchFileSnapshot(
      '../../../test/golden/formats/import-report.txt',
    )
  })

  it('in short', async () => {
    const one = { 'ours.csv': MIXED['ours.csv'] }
    await expect(
      `${renderImportSummary(await read(MIXED))}\n\n${renderImportSummary(await read(one))}\n`,
    ).toMatchFileSnapshot('../../../test/golden/formats/import-summary.txt')
  })
})
