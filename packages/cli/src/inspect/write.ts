import { resolve, sep } from 'node:path'
import { InputError } from '@breakeven/core'
import type { ReadOptions } from '@breakeven/formats'
import { expandInputs } from '@breakeven/formats/node'

/** What is written must not be read: the next run over the same folder would count everything twice. */
const refuseOwnInput = async (path: string, files: readonly string[]): Promise<void> => {
  const out = resolve(path)
  const isInside = (folder: string): boolean => out.startsWith(resolve(folder) + sep)
  const inputs = await expandInputs(files)
  if (!files.some(isInside) && !inputs.some((input) => resolve(input.path) === out)) return
  throw new InputError(`--out ${path}: it would be read with the rest, and count everything twice`, {
    hint: 'write it outside of the folder that is read',
  })
}

/** Writes the rows that `read` hands out as one Parquet file; how many there are. If reading fails, no file is left behind. */
export const writeTraffic = async (
  path: string,
  files: readonly string[],
  read: (onRow: ReadOptions['onRow']) => Promise<void>,
): Promise<number> => {
  if (!/\.parquet$/i.test(path))
    throw new InputError(`--out ${path}: rows are written as Parquet`, { hint: 'give a name that ends in .parquet' })
  await refuseOwnInput(path, files)
  const { openTrafficWriter } = await import('@breakeven/formats/duckdb')
  const writer = await openTrafficWriter(path)
  try {
    await read(writer.add)
    return await writer.close()
  } finally {
    await writer.abandon()
  }
}
