/** Bytes to text in chunks of any size; a character cut by the end of a chunk waits for the next. */
export type Decoder = { readonly push: (bytes: Uint8Array) => string; readonly end: () => string }

/** UTF-8 unless a mark, or the zeros between ASCII letters, say UTF-16. */
const encodingOf = (bytes: Uint8Array): string => {
  if (bytes[0] === 0xff && bytes[1] === 0xfe) return 'utf-16le'
  if (bytes[0] === 0xfe && bytes[1] === 0xff) return 'utf-16be'
  if (bytes.length >= 4 && bytes[1] === 0 && bytes[3] === 0 && bytes[0] !== 0) return 'utf-16le'
  if (bytes.length >= 4 && bytes[0] === 0 && bytes[2] === 0 && bytes[1] !== 0) return 'utf-16be'
  return 'utf-8'
}

/** Bytes that the character beginning with this one has. */
const lengthOf = (lead: number): number => (lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : lead >= 0xc0 ? 2 : 1)

/** How many bytes at the end begin a character that is not yet whole. */
const unfinished = (bytes: Uint8Array): number => {
  for (let back = 1; back <= 3 && back <= bytes.length; back++) {
    const byte = bytes[bytes.length - back] ?? 0
    if ((byte & 0xc0) === 0x80) continue
    return lengthOf(byte) > back ? back : 0
  }
  return 0
}

/** Whole characters at a time, as a streaming TextDecoder is several times slower in Node. */
const utf8Decoder = (): Decoder => {
  const decoder = new TextDecoder('utf-8', { ignoreBOM: true })
  let waiting = new Uint8Array(0)
  let isFirst = true
  const decode = (bytes: Uint8Array): string => {
    const text = decoder.decode(bytes)
    if (!isFirst || text === '') return text
    isFirst = false
    return text.startsWith('\uFEFF') ? text.slice(1) : text
  }
  return {
    push: (bytes) => {
      let whole = bytes
      let before = ''
      if (waiting.length > 0) {
        const need = Math.min(lengthOf(waiting[0] ?? 0) - waiting.length, bytes.length)
        const joined = new Uint8Array(waiting.length + need)
        joined.set(waiting)
        joined.set(bytes.subarray(0, need), waiting.length)
        waiting = joined
        if (joined.length < lengthOf(joined[0] ?? 0)) return ''
        waiting = new Uint8Array(0)
        before = decode(joined)
        whole = bytes.subarray(need)
      }
      const left = unfinished(whole)
      // A copy, as the reader may use its buffer again; `slice` of a Buffer would be a view.
      if (left > 0) waiting = new Uint8Array(whole.subarray(whole.length - left))
      return before + decode(left > 0 ? whole.subarray(0, whole.length - left) : whole)
    },
    end: () => decode(waiting),
  }
}

/** The decoder for a file that begins with these bytes. */
export const decoderFor = (first: Uint8Array): Decoder => {
  const encoding = encodingOf(first)
  if (encoding === 'utf-8') return utf8Decoder()
  const decoder = new TextDecoder(encoding)
  return { push: (bytes) => decoder.decode(bytes, { stream: true }), end: () => decoder.decode() }
}
