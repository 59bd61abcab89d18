import type { ReadOptions } from '@breakeven/formats'
import type { TypedCommandFlagParameters } from '@stricli/core'
import type { CliContext } from '../context.ts'
import { parseMap } from './pair.ts'
import type { Period } from './period.ts'
import { parsePeriod } from './period.ts'

/** How usage files are read, where they do not say it themselves. */
export type ReadingFlags = {
  readonly map?: Readonly<Record<string, string>>
  readonly readAs?: string
  readonly dateOrder?: 'day-first' | 'month-first'
  readonly undated?: Period
}

export const readingFlags: TypedCommandFlagParameters<ReadingFlags, CliContext>['flags'] = {
  map: {
    kind: 'parsed',
    parse: parseMap,
    optional: true,
    placeholder: 'OURS=THEIRS,…',
    brief: 'Columns of a table of your own: input=prompt_tokens,output=completion_tokens',
  },
  readAs: {
    kind: 'parsed',
    parse: (id: string) => id.trim(),
    optional: true,
    placeholder: 'FORMAT',
    brief: 'Read the files as this format, where they are taken for another; `inspect` names the formats',
  },
  dateOrder: {
    kind: 'enum',
    values: ['day-first', 'month-first'],
    optional: true,
    brief: 'How 01/10/2026 is meant, where no date of the file shows it',
  },
  undated: {
    kind: 'parsed',
    parse: parsePeriod,
    optional: true,
    placeholder: 'FIRST..LAST',
    brief: 'When calls without a time were made: 2026-10-01..2026-10-14, or a month, 2026-10',
  },
}

export const readingOptions = ({ map, readAs, dateOrder, undated }: ReadingFlags): Partial<ReadOptions> => ({
  ...(map === undefined ? {} : { map }),
  ...(readAs === undefined ? {} : { as: readAs }),
  ...(dateOrder === undefined ? {} : { dateOrder }),
  ...(undated === undefined ? {} : { undated }),
})
