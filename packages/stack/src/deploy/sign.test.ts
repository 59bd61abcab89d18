import { expect, test } from 'vitest'

import { signed } from './sign.ts'

// AWS's own test suite for signatures: get-vanilla and post-vanilla, of which only the method differs.
const vanilla = {
  url: 'https://example.amazonaws.com/',
  headers: {},
  body: '',
  service: 'service',
  region: 'us-east-1',
  credentials: { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY' },
  at: new Date('2015-08-30T12:36:00Z'),
}

test.each([
  ['GET', '5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31'],
  ['POST', '5da7c1a2acd57cee7505fc6676e4e544621c30862966e37dddb68e92efbe5d6b'],
] as const)('%s of AWS', (method, signature) => {
  expect(signed({ ...vanilla, method })).toEqual({
    host: 'example.amazonaws.com',
    'x-amz-date': '20150830T123600Z',
    authorization: `AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/service/aws4_request, SignedHeaders=host;x-amz-date, Signature=${signature}`,
  })
})

test('a session is signed with its token', () => {
  const headers = signed({ ...vanilla, method: 'GET', credentials: { ...vanilla.credentials, sessionToken: 't' } })
  expect(headers).toMatchObject({ 'x-amz-security-token': 't' })
  expect(headers['authorization']).toContain('SignedHeaders=host;x-amz-date;x-amz-security-token,')
})
