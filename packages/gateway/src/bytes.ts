/** Bytes as they came, in one piece or several. */
export type Pieces = readonly Uint8Array[]

/** The same memory with the native searches and decoders of a Buffer. */
export const asBuffer = (bytes: Uint8Array): Buffer =>
  bytes instanceof Buffer ? bytes : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)

export const lengthOf = (pieces: Pieces): number => pieces.reduce((sum, { length }) => sum + length, 0)

/** All of it in one piece; without a copy where it is one. */
export const joined = (pieces: Pieces): Uint8Array => (pieces.length === 1 ? pieces[0]! : Buffer.concat(pieces))

/** The pieces of `[start, end)`, without a copy. */
export const sliced = (pieces: Pieces, start: number, end: number): Pieces => {
  const found: Uint8Array[] = []
  let from = 0
  for (const piece of pieces) {
    const to = from + piece.length
    if (to > start && from < end)
      found.push(piece.subarray(Math.max(0, start - from), Math.min(piece.length, end - from)))
    from = to
  }
  return found
}
