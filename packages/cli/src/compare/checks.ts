import { InputError } from '@breakeven/core'
import type { CompareFlags } from './flags.ts'

type Clash = {
  readonly when: boolean
  readonly message: string
  readonly hint: string
}

const nameOf = (flag: keyof CompareFlags): string =>
  `--${flag.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`

/** What only rows have: a field to choose by, a column to name, a bill for just these calls. */
const OF_FILES = ['where', 'by', 'bill', 'map', 'readAs', 'dateOrder', 'undated'] as const
/** What a file says itself. */
const OF_NUMBERS = ['inputTokens', 'outputTokens', 'words', 'cachedShare', 'task'] as const
/** What a preset settles. */
const SETTLED_BY_PRESET = [...OF_NUMBERS, ...OF_FILES] as const

const clashesOf = (flags: CompareFlags, files: readonly string[]): readonly Clash[] => {
  const { bill, where, requestsPerDay, preset, explain, format, json } = flags
  const given = <Flag extends keyof CompareFlags>(names: readonly Flag[]): Flag | undefined =>
    names.find((name) => flags[name] !== undefined)
  const [ofFiles, ofNumbers, settled] = [given(OF_FILES), given(OF_NUMBERS), given(SETTLED_BY_PRESET)]
  const written = json ? 'json' : (format ?? 'table')
  return [
    {
      when: preset !== undefined && files.length > 0,
      message: `--preset ${preset} asks about its own traffic, and files were named too`,
      hint: 'give the preset, or files',
    },
    {
      when: preset !== undefined && settled !== undefined,
      message: `--preset ${preset} says what the traffic is, so ${settled && nameOf(settled)} can change nothing`,
      hint: 'of the traffic, a preset takes --requests-per-day alone',
    },
    {
      when: preset === undefined && files.length === 0 && ofFiles !== undefined,
      message: `${ofFiles && nameOf(ofFiles)} is about the rows of usage files, and none is named`,
      hint: 'name a usage file, or leave the flag out',
    },
    {
      when: files.length > 0 && ofNumbers !== undefined,
      message: `files and ${ofNumbers && nameOf(ofNumbers)} both say what the traffic is`,
      hint: 'give files, or numbers, not both; --requests-per-day alone brings the mix of the files to that volume',
    },
    {
      when: bill !== undefined && where !== undefined,
      message: '--bill is of the whole traffic, and --where takes a part of it',
      hint: 'give one or the other',
    },
    {
      when: bill !== undefined && files.length > 0 && requestsPerDay !== undefined,
      message: '--bill is of the traffic in the files, and --requests-per-day makes it another volume',
      hint: 'give one or the other',
    },
    {
      when: json && format !== undefined && format !== 'json',
      message: `--json and --format ${format} ask for two outputs`,
      hint: 'give one or the other',
    },
    {
      when: explain !== undefined && written !== 'table',
      message: `--explain prints one receipt for people, and ${json ? '--json' : `--format ${written}`} asks for something else`,
      hint: 'leave out --explain: --json holds the lines of every option',
    },
  ]
}

/** Refuses what does not go together, before anything is read: a flag that would change nothing is a misunderstanding. */
export const refuseClashes = (flags: CompareFlags, files: readonly string[]): void => {
  const clash = clashesOf(flags, files).find(({ when }) => when)
  if (clash !== undefined) throw new InputError(clash.message, { hint: clash.hint })
}
