import { InputError } from '@breakeven/core'

const pump = async (
  bytes: Uint8Array<ArrayBuffer>,
  through: GenericTransformStream,
): Promise<Uint8Array<ArrayBuffer>> =>
  new Uint8Array(await new Response(new Blob([bytes]).stream().pipeThrough(through)).arrayBuffer())

/** In pieces: a call takes only so many arguments. */
const binaryOf = (bytes: Uint8Array): string => {
  let text = ''
  for (let at = 0; at < bytes.length; at += 8192) text += String.fromCharCode(...bytes.subarray(at, at + 8192))
  return text
}

/** A text made short for an address: deflated, in letters that need no escape there. */
export const packText = async (text: string): Promise<string> => {
  const packed = await pump(new TextEncoder().encode(text), new CompressionStream('deflate-raw'))
  return btoa(binaryOf(packed)).replaceAll('+', '-').replaceAll('/', '_').replace(/=+$/, '')
}

/** More than a browser's address holds unfolds to more than a page should read. */
const MOST_PACKED = 400_000

/** A link that was cut or changed; `what` of it. */
export const brokenLink = (what: string): InputError =>
  new InputError(`${what} in this link cannot be read: the link was cut short or changed on its way`, {
    hint: 'ask for the link again, or drop the file itself',
  })

/**
 * The text that `packText` made short.
 *
 * @throws InputError for one that was cut or changed on its way; `what` names it.
 */
export const unpackText = async (packed: string, what: string): Promise<string> => {
  if (packed.length > MOST_PACKED) throw brokenLink(what)
  try {
    const bytes = Uint8Array.from(atob(packed.replaceAll('-', '+').replaceAll('_', '/')), (char) => char.charCodeAt(0))
    return new TextDecoder().decode(await pump(bytes, new DecompressionStream('deflate-raw')))
  } catch {
    throw brokenLink(what)
  }
}
