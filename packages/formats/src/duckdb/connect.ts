import { InputError } from '@breakeven/core'
import type * as DuckDb from '@duckdb/node-api'

export type Connection = {
  readonly connection: DuckDb.DuckDBConnection
  readonly duckdb: typeof DuckDb
  readonly close: () => void
}

/** Kept out of sight of bundlers: the package is 70 MB, native, and optional. */
const PACKAGE = '@duckdb/node-api'

/**
 * A database, in memory unless a path says otherwise, that fetches nothing from the net. Throws `InputError` where DuckDB is
 * not installed; `file` is what it was wanted for.
 */
export const connect = async (file: string, path = ':memory:'): Promise<Connection> => {
  const duckdb = await (import(PACKAGE) as Promise<typeof DuckDb>).catch(() => {
    throw new InputError('Parquet needs DuckDB, which is not installed.', {
      file,
      hint: `Run \`npm install ${PACKAGE}\`, or use CSV or JSON Lines.`,
    })
  })
  const instance = await duckdb.DuckDBInstance.create(path, {
    autoinstall_known_extensions: 'false',
    autoload_known_extensions: 'false',
  })
  const connection = await instance.connect()
  // Else times without a zone would be read in that of the machine.
  await connection.run("SET TimeZone = 'UTC'")
  return {
    connection,
    duckdb,
    close: () => {
      connection.closeSync()
      instance.closeSync()
    },
  }
}

/** A text inside SQL. */
export const quoted = (text: string): string => `'${text.replaceAll("'", "''")}'`
