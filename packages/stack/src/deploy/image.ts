import type { Container } from '@breakeven/core'

import type { Aws } from './aws.ts'
import { signed } from './sign.ts'

export type ImageFound = 'there' | 'missing' | 'unknown'

const PATIENCE_MS = 10_000
const MANIFESTS = [
  'application/vnd.docker.distribution.manifest.v2+json',
  'application/vnd.oci.image.manifest.v1+json',
  'application/vnd.docker.distribution.manifest.list.v2+json',
  'application/vnd.oci.image.index.v1+json',
]

/**
 * Whether AWS's registry has this image in this region, asked as a pull would ask (ECR BatchGetImage, JSON 1.1). A client for
 * one question would weigh more than the question, so it is signed here. Unknown: these credentials may not ask, or nobody answers.
 */
export const findImage = async (
  { region, ecrUrl, sts }: Aws,
  { repository, tag }: Pick<Container, 'repository' | 'tag'>,
  account: string,
): Promise<ImageFound> => {
  const body = JSON.stringify({
    registryId: account,
    repositoryName: repository,
    imageIds: [{ imageTag: tag }],
    acceptedMediaTypes: MANIFESTS,
  })
  const headers = signed({
    method: 'POST',
    url: ecrUrl,
    headers: {
      'content-type': 'application/x-amz-json-1.1',
      'x-amz-target': 'AmazonEC2ContainerRegistry_V20150921.BatchGetImage',
    },
    body,
    service: 'ecr',
    region,
    credentials: await sts.config.credentials(),
    at: new Date(),
  })
  try {
    const answer = await fetch(ecrUrl, { method: 'POST', headers, body, signal: AbortSignal.timeout(PATIENCE_MS) })
    const said = (await answer.json()) as {
      readonly images?: readonly unknown[]
      readonly failures?: readonly { readonly failureCode?: string }[]
      readonly __type?: string
    }
    if (said.__type?.includes('RepositoryNotFound')) return 'missing'
    if ((said.images ?? []).length > 0) return 'there'
    return said.failures?.some(({ failureCode }) => failureCode === 'ImageNotFound') === true ? 'missing' : 'unknown'
  } catch {
    return 'unknown'
  }
}
