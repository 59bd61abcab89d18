import { writeFile } from 'node:fs/promises'
import { extname } from 'node:path'
import type { Comparison, PricedOption } from '@breakeven/core'
import { didYouMean, InputError } from '@breakeven/core'
import type { ImportReport } from '@breakeven/formats'
import { fileError } from '../file-error.ts'
import type { Io } from '../io.ts'
import type { CompareFlags } from './flags.ts'

export type Result = {
  readonly comparison: Comparison
  readonly honest?: Comparison
  readonly parts: readonly { readonly value: string; readonly comparison: Comparison }[]
  readonly imported?: ImportReport
}

/** What a file or a pipe is laid out for. */
const PLAIN_WIDTH = 120

const widthOf = (io: Io): number => io.stdout.columns ?? PLAIN_WIDTH

const say = (io: Io, text: string): void => io.stdout.write(`${text.replace(/\n+$/, '')}\n`)

const note = (io: Io, text: string): void => io.stderr.write(`${text.replace(/\n+$/, '')}\n`)

/** An option by its id, or by any part of it that only one has. */
const findOption = ({ options, ruledOut }: Comparison, wanted: string): PricedOption => {
  const exact = options.find(({ id }) => id === wanted)
  const partial = options.filter(({ id }) => id.includes(wanted))
  if (exact !== undefined || partial.length === 1) return (exact ?? partial[0])!
  const gone = ruledOut.find(({ id }) => id === wanted || id.includes(wanted))
  if (partial.length === 0 && gone !== undefined) throw new InputError(`${gone.id} was ruled out: ${gone.reason}`)
  if (partial.length > 1) {
    throw new InputError(`--explain ${wanted}: ${partial.length} options match`, {
      hint: `take the whole id, as in ${partial
        .slice(0, 3)
        .map(({ id }) => id)
        .join(', ')}`,
    })
  }
  throw new InputError(`--explain ${wanted}: no such option`, {
    hint:
      didYouMean(
        wanted,
        options.map(({ id }) => id),
      ) ?? '--json lists the ids of all options',
  })
}

export const writeChart = async (path: string, { comparison }: Result, flags: CompareFlags, io: Io): Promise<void> => {
  const kind = extname(path).toLowerCase()
  const picture = await renderPicture(kind, comparison)
  if (picture === undefined) throw new InputError(`--chart ${path}: a picture is .svg, .png or .html`)
  await writeFile(path, picture).catch((error: NodeJS.ErrnoException) => {
    throw fileError('--chart', 'writing', path, error)
  })
  if (!flags.quiet) note(io, `chart written to ${path}${flags.by === undefined ? '' : ', of the whole traffic'}`)
}

const renderPicture = async (kind: string, comparison: Comparison): Promise<string | Uint8Array | undefined> => {
  if (kind === '.html') return (await import('@breakeven/report/html')).renderHtml(comparison)
  if (kind !== '.svg' && kind !== '.png') return undefined
  const svg = (await import('@breakeven/report/svg')).renderSvg(comparison)
  if (kind === '.svg') return svg
  const { renderPng } = await import('@breakeven/report/png')
  return renderPng(svg, { scale: 2 }).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'ERR_MODULE_NOT_FOUND') throw error
    throw new InputError('a PNG needs the optional package @resvg/resvg-js', {
      hint: 'npm install @resvg/resvg-js, or write an .svg or .html',
    })
  })
}

const jsonOf = async (result: Result): Promise<string> => {
  const { renderJson } = await import('@breakeven/report')
  const issues = (result.imported?.issues ?? []).map(({ file, line, message }) => ({
    file,
    message,
    ...(line === undefined ? {} : { line }),
  }))
  return renderJson({ ...result, issues })
}

/** Prints a result in the format asked for. Results on stdout, everything else on stderr. */
export const writeResult = async (result: Result, flags: CompareFlags, io: Io): Promise<void> => {
  const format = flags.json ? 'json' : (flags.format ?? 'table')
  const report = await import('@breakeven/report')
  const { comparison, honest, parts } = result
  if (flags.explain !== undefined) {
    say(
      io,
      report.renderReceipt(
        findOption(honest === undefined ? comparison : mergeOptions(comparison, honest), flags.explain),
        { width: widthOf(io), colour: io.stdout.colour },
      ),
    )
    return
  }
  if (format === 'json') say(io, await jsonOf(result))
  else if (format === 'csv') say(io, report.renderCsv(comparison, flags.by && { by: flags.by, parts }))
  else if (format === 'markdown') say(io, report.renderMarkdown(comparison, { top: flags.top, parts }))
  else await writeTables(result, flags, io)
}

const mergeOptions = (comparison: Comparison, honest: Comparison): Comparison => ({
  ...comparison,
  options: [
    ...comparison.options,
    ...honest.options.filter(({ id }) => comparison.options.every((option) => option.id !== id)),
  ],
  ruledOut: [...comparison.ruledOut, ...honest.ruledOut],
})

const writeTables = async (
  { comparison, honest, parts, imported }: Result,
  flags: CompareFlags,
  io: Io,
): Promise<void> => {
  const { renderTable, renderTerminalChart } = await import('@breakeven/report')
  const options = { width: widthOf(io), colour: io.stdout.colour, top: flags.top }
  if (imported !== undefined && !flags.quiet)
    note(io, (await import('@breakeven/formats')).renderImportSummary(imported))
  say(io, renderTable(comparison, options))
  say(io, `\n${renderTerminalChart(comparison, options)}`)
  if (honest !== undefined) {
    say(io, heading('The same question without what the article leaves out', io))
    say(io, renderTable(honest, options))
    say(io, `\n${renderTerminalChart(honest, options)}`)
  }
  for (const { value, comparison: part } of parts) {
    say(io, heading(value, io))
    say(io, renderTable(part, { ...options, top: Math.min(options.top, 3) }))
  }
}

const heading = (text: string, io: Io): string => `\n${text}\n${'═'.repeat(Math.min(text.length, widthOf(io)))}`
