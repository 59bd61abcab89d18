import { mkdir, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { InputError } from '@breakeven/core'
import type { Row } from '@breakeven/core'
import type { DuckDBValue } from '@duckdb/node-api'
import { connect, quoted } from './connect.ts'
import { TRAFFIC_COLUMNS, valuesOfRow } from '../formats/traffic.ts'
import { WORK_SUFFIX } from '../node/expand.ts'

export type TrafficWriter = {
  readonly add: (row: Row) => void
  /** Writes the file; how many rows it has. */
  readonly close: () => Promise<number>
  /** Leaves nothing behind, and a file that was there before as it was. Does nothing after `close`. */
  readonly abandon: () => Promise<void>
}

/** As many rows as DuckDB keeps together. */
const CHUNK_ROWS = 2048
const FLUSH_CHUNKS = 100
/** The rest waits on disk. */
const MOST_MEMORY = '512MiB'

const cannotWrite = (path: string, error: unknown): InputError => {
  const { code, message } = error as { code?: string; message?: string }
  return new InputError(
    code === 'ENOENT' ? 'There is no such folder to write into.' : `This file cannot be written (${code ?? message}).`,
    { file: path, hint: 'Name a file in a folder that you may write to, such as traffic.parquet.' },
  )
}

/**
 * Collects rows and writes them as one Parquet file (zstd), which `readUsage` reads again, and DuckDB, Athena and Spark too.
 * The rows wait in a folder beside the file, so memory does not grow with their number; the file is there when it is whole.
 * Throws `InputError` where DuckDB is not installed or the file cannot be written.
 */
export const openTrafficWriter = async (path: string): Promise<TrafficWriter> => {
  const folder = path + WORK_SUFFIX
  const whole = join(folder, 'traffic.parquet')
  const cleanUp = (): Promise<void> => rm(folder, { recursive: true, force: true })
  const make = async (): Promise<void> => {
    await cleanUp()
    await mkdir(folder)
  }
  await make().catch((error: unknown) => {
    throw cannotWrite(path, error)
  })
  const database = await connect(path, join(folder, 'rows.duckdb')).catch(async (error: unknown) => {
    await cleanUp()
    throw error
  })
  const { connection, duckdb } = database
  await connection.run(`SET memory_limit = '${MOST_MEMORY}'`)
  await connection.run(`CREATE TABLE traffic (${TRAFFIC_COLUMNS.map(([name, type]) => `${name} ${type}`).join(', ')})`)
  const appender = await connection.createAppender('traffic')
  const kinds = { VARCHAR: duckdb.VARCHAR, DOUBLE: duckdb.DOUBLE, 'BIGINT[]': duckdb.LIST(duckdb.BIGINT) }
  const types = TRAFFIC_COLUMNS.map(([, type]) => kinds[type])
  let columns: DuckDBValue[][] = types.map(() => [])
  let rows = 0
  let waiting = 0
  let chunks = 0
  let isOpen = true

  const append = (): void => {
    if (waiting === 0) return
    const chunk = duckdb.DuckDBDataChunk.create(types)
    chunk.setColumns(columns)
    appender.appendDataChunk(chunk)
    columns = types.map(() => [])
    waiting = 0
    chunks++
    if (chunks % FLUSH_CHUNKS === 0) appender.flushSync()
  }
  const shut = (): void => {
    isOpen = false
    database.close()
  }

  return {
    add: (row) => {
      const values = valuesOfRow(row)
      for (const [column, [name]] of TRAFFIC_COLUMNS.entries()) {
        const value = values[name]
        columns[column]?.push(
          value === undefined ? null : typeof value === 'object' ? duckdb.listValue(value.map(BigInt)) : value,
        )
      }
      rows++
      waiting++
      if (waiting === CHUNK_ROWS) append()
    },
    close: async () => {
      append()
      appender.closeSync()
      await connection.run(`COPY traffic TO ${quoted(whole)} (FORMAT parquet, COMPRESSION zstd)`)
      shut()
      await rename(whole, path).catch(async (error: unknown) => {
        await cleanUp()
        throw cannotWrite(path, error)
      })
      await cleanUp()
      return rows
    },
    abandon: async () => {
      if (!isOpen) return
      appender.closeSync()
      shut()
      await cleanUp()
    },
  }
}
