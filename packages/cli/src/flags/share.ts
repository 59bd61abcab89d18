import { InputError } from '@breakeven/core'

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
