/** Rows of a CSV with a header, by column name; quoted cells may hold commas, quotes and line ends (RFC 4180). */
export const readCsv = (text: string): readonly ReadonlyMap<string, string>[] => {
  const [header = [], ...rows] = cellsOf(text)
  return rows.map((cells) => new Map(header.map((name, column) => [name.trim(), cells[column] ?? ''])))
}

const CELL = /(?:"((?:[^"]|"")*)"|([^,\r\n]*))(,|\r?\n|$)/y

const cellsOf = (text: string): readonly (readonly string[])[] => {
  const rows: string[][] = []
  let row: string[] = []
  CELL.lastIndex = 0
  while (CELL.lastIndex < text.length) {
    const [, quoted, plain = '', end] = CELL.exec(text) ?? []
    row.push(quoted === undefined ? plain : quoted.replaceAll('""', '"'))
    if (end === ',') continue
    rows.push(row)
    row = []
    if (end === '' || end === undefined) break
  }
  return rows
}
