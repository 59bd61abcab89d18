import { InputError } from '@breakeven/core'

export type Json = { readonly [key: string]: unknown }

export const isObject = (value: unknown): value is Json =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** @throws InputError for a key that nobody reads: mostly a misspelt one. */
export const only = (value: Json, names: readonly string[], where: string): void => {
  const stray = Object.keys(value).find((name) => !names.includes(name))
  if (stray !== undefined)
    throw new InputError(`${where} has ${JSON.stringify(stray)}, which means nothing.`, {
      key: stray,
      hint: `It may have ${names.join(', ')}.`,
    })
}

/** @throws InputError where something else than a text stands. */
export const textOf = (value: unknown, key: string): string | undefined => {
  if (value === undefined || (typeof value === 'string' && value !== '')) return value
  throw new InputError(`${key} is no text.`, { key })
}
