import { InputError } from '@breakeven/core'

export const isGzip = (bytes: Uint8Array): boolean => bytes[0] === 0x1f && bytes[1] === 0x8b

/** As many bytes as tell what a file is. */
export const TELLING_BYTES = 8

export const joinBytes = (a: Uint8Array, b: Uint8Array): Uint8Array => {
  if (a.length === 0) return b
  const both = new Uint8Array(a.length + b.length)
  both.set(a)
  both.set(b, a.length)
  return both
}

/** `PAR1` */
export const isParquet = (bytes: Uint8Array): boolean =>
  bytes[0] === 0x50 && bytes[1] === 0x41 && bytes[2] === 0x52 && bytes[3] === 0x31

/** Logs pack 5 to 60 times; deflate can do 1,032. */
const MOST_RATIO = 300
const SAFE_BYTES = 256 * 1024 * 1024

/** Refuses what unpacks to far more than a log would: an attack, or a mistake. */
export const guardRatio = (file: string, packedBytes: number, unpackedBytes: number): void => {
  if (unpackedBytes > SAFE_BYTES && unpackedBytes > packedBytes * MOST_RATIO)
    throw new InputError(`This gzip file unpacks to more than ${MOST_RATIO} times its size.`, {
      file,
      hint: 'If it really is a usage file, unpack it with `gunzip` and name the result.',
    })
}

/** What a broken gzip file gives as a message. */
export const brokenGzip = (file: string): InputError =>
  new InputError('This gzip file is damaged or cut off.', { file, hint: 'Copy or export it again.' })
