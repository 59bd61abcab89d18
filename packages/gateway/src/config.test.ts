import { InputError } from '@breakeven/core'
import { describe, expect, it } from 'vitest'
import { readConfig } from './config.ts'
import { DEFAULT_LIMITS } from './limits.ts'
import { keyHash } from './testing/gateway.ts'

const url = { kind: 'url', url: 'http://127.0.0.1:8000/v1' }
const sagemaker = { kind: 'sagemaker', endpoint: 'e', region: 'us-east-1', shape: 'openai', task: 'generate' }
const keys = [keyHash('k')]

const refusal = (value: unknown): string => {
  try {
    readConfig(value)
  } catch (error) {
    if (error instanceof InputError) return error.message
    throw error
  }
  return ''
}

describe('readConfig', () => {
  it('takes both kinds of upstream and fills in the limits', () => {
    expect(
      readConfig({ models: { a: { ...url, url: `${url.url}//` }, b: sagemaker }, keys, limits: { calls: 3 } }),
    ).toEqual({
      models: { a: url, b: sagemaker },
      auth: 'keys',
      keys,
      limits: { ...DEFAULT_LIMITS, calls: 3 },
    })
  })

  it('is never open by accident', () => {
    expect(refusal({ models: { a: url } })).toMatch(/would be open/)
    expect(refusal({ models: { a: url }, auth: 'keys', keys: [] })).toMatch(/would be open/)
    expect(refusal({ models: { a: url }, auth: 'none' })).toMatch(/auth is "none"/)
    expect(readConfig({ models: { a: url }, auth: 'front' }).keys).toEqual([])
  })

  it('does not repeat a key that was put there in clear', () => {
    expect(refusal({ models: { a: url }, keys: [keys[0], 'sk-in-clear'] })).toBe(
      'keys[1] is no SHA-256 in lower-case hex.',
    )
  })

  it.each([
    [null, /no JSON object/],
    [{ models: {}, keys }, /no models/],
    [{ models: { a: {} }, keys }, /models\.a\.kind is missing/],
    [{ models: { a: { kind: 'url' } }, keys }, /models\.a has no url/],
    [{ models: { a: { kind: 'url', url: 'localhost:8000' } }, keys }, /models\.a\.url is no URL/],
    [{ models: { a: { kind: 'url', url: 'file:///etc/passwd' } }, keys }, /is no URL/],
    [{ models: { a: { kind: 'url', url: 'http://u:p@h/v1' } }, keys }, /carries a user/],
    [{ models: { a: { ...url, apikey: 'x' } }, keys }, /"apikey", which means nothing/],
    [{ models: { a: { ...url, asksUsage: 'no' } }, keys }, /neither true nor false/],
    [{ models: { a: { ...sagemaker, shape: 'tgi' } }, keys }, /shape is "tgi"/],
    [{ models: { a: { ...sagemaker, region: undefined } }, keys }, /has no region/],
    [{ models: { a: url }, keys: 'x' }, /keys is no list/],
    [{ models: { a: url }, keys, limits: { calls: 0 } }, /limits\.calls is no positive number/],
    [{ models: { a: url }, keys, limits: { cals: 1 } }, /"cals", which means nothing/],
  ])('refuses %j', (value, message) => {
    expect(refusal(value)).toMatch(message)
  })
})
