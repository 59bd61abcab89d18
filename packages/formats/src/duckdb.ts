import type { Row } from '@breakeven/core'
import { connect, quoted } from './duckdb/connect.ts'
import { TRAFFIC_COLUMNS, valuesOfRow } from './formats/traffic.ts'

export type TrafficWriter = {
  readonly add: (row: Row) => void
  /** Writes the file; how many rows it has. */
  readonly close: () => Promise<number>
}

const FLUSH_ROWS = 100_000

/**
 * Collects rows and writes them as one Parquet file (zstd), which `readUsage` reads again, and DuckDB, Athena and Spark too.
 * Throws `InputError` where DuckDB is not installed.
 */
export const openTrafficWriter = async (path: string): Promise<TrafficWriter> => {
  const { connection, duckdb, close } = await connect(path)
  await connection.run(`CREATE TABLE traffic (${TRAFFIC_COLUMNS.map(([name, type]) => `${name} ${type}`).join(', ')})`)
  const appender = await connection.createAppender('traffic')
  const blocks = duckdb.LIST(duckdb.BIGINT)
  let rows = 0
  return {
    add: (row) => {
      const values = valuesOfRow(row)
      for (const [name] of TRAFFIC_COLUMNS) {
        const value = values[name]
        if (value === undefined) appender.appendNull()
        else if (typeof value === 'string') appender.appendVarchar(value)
        else if (typeof value === 'number') appender.appendDouble(value)
        else appender.appendList(value.map(BigInt), blocks)
      }
      appender.endRow()
      rows++
      if (rows % FLUSH_ROWS === 0) appender.flushSync()
    },
    close: async () => {
      appender.closeSync()
      await connection.run(`COPY traffic TO ${quoted(path)} (FORMAT parquet, COMPRESSION zstd)`)
      close()
      return rows
    },
  }
}
