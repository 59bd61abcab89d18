const QUOTE = 0x22
const BACKSLASH = 0x5c
/** How far to look byte by byte before the native search is asked, which costs as much to call. */
const NEAR = 8

/** How many backslashes stand right before `at`, none of them before `least`. */
const slashesBefore = (bytes: Uint8Array, at: number, least: number): number => {
  let slashes = 0
  while (at - 1 - slashes >= least && bytes[at - 1 - slashes] === BACKSLASH) slashes++
  return slashes
}

/**
 * Behind the quote that ends the JSON string in which `from` stands. Beyond the length: it goes on in the next piece,
 * whose first byte is escaped where the result is larger by two.
 */
export const stringEnd = (bytes: Uint8Array, from: number): number => {
  const { length } = bytes
  let at = from
  for (;;) {
    const far = Math.min(length, at + NEAR)
    while (at < far) {
      const byte = bytes[at]
      if (byte === QUOTE) return at + 1
      // Whatever a backslash escapes, it is no end.
      at += byte === BACKSLASH ? 2 : 1
    }
    if (at >= length) return at === length ? length + 1 : length + 2
    const quote = bytes.indexOf(QUOTE, at)
    const end = quote < 0 ? length : quote
    const isEscaped = slashesBefore(bytes, end, at) % 2 === 1
    if (quote < 0) return isEscaped ? length + 2 : length + 1
    if (!isEscaped) return quote + 1
    at = quote + 1
  }
}
