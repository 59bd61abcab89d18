// What a person writes for a share, a discount or columns: read alike by the command line and the page.
import { InputError } from './error.ts'

/** A share from 0 to 1, written `40%` or `0.4`. `40` alone is refused: it may mean either. */
export const parseShare = (text: string): number => {
  const [, digits, percent] = /^(\d+(?:\.\d+)?|\.\d+)\s*(%?)$/.exec(text.trim()) ?? []
  const value = digits === undefined ? Number.NaN : Number(digits) / (percent === '%' ? 100 : 1)
  if (Number.isNaN(value) || value > 1) {
    const meant = value > 1 && value <= 100 && percent === '' ? `did you mean ${text.trim()}%? ` : ''
    throw new InputError(`"${text}" is not a share from 0 to 100 %`, { hint: `${meant}write 40% or 0.4` })
  }
  return value
}

/** Off a provider's list price: `openai=12%`. */
export type Discount = { readonly provider: string; readonly share: number }

export const parseDiscount = (text: string): Discount => {
  const [provider = '', share, ...rest] = text.split('=')
  if (provider.trim() === '' || share === undefined || rest.length > 0) {
    throw new InputError(`"${text}" does not say whose discount of how much`, {
      hint: 'write PROVIDER=SHARE, as in openai=12%',
    })
  }
  return { provider: provider.trim().toLowerCase(), share: parseShare(share) }
}

/** Our column names on the left, the file's on the right: `input=prompt_tokens,output=completion_tokens`. */
export const parseMap = (text: string): Readonly<Record<string, string>> => {
  const entries = text.split(',').map((pair) => {
    const cut = pair.indexOf('=')
    const [ours, theirs] = [pair.slice(0, Math.max(cut, 0)).trim(), pair.slice(cut + 1).trim()]
    if (ours === '' || theirs === '') {
      throw new InputError(`cannot read "${pair.trim()}" as a column`, {
        hint: 'write OURS=THEIRS, separated by commas, as in input=prompt_tokens,output=completion_tokens',
      })
    }
    return [ours, theirs] as const
  })
  return Object.fromEntries(entries)
}
