import { spawnSync } from 'node:child_process'
import { compileFunction } from 'node:vm'
import { expect, test } from 'vitest'

import type { Template } from '../billing.ts'
import { ones, planFor } from '../fixtures/hosted.ts'
import { TEXT_TO_TEXT_FILES } from '../text-to-text.ts'
import { templateOf } from './template.ts'

type Event = { readonly RequestType: string; readonly [key: string]: unknown }
type Said = { readonly Status: string; readonly Reason?: string; readonly PhysicalResourceId: string }

/** The loader as it stands in the template, with an S3 and a network of the test's own. */
const loader = (send: (kind: string, input: unknown) => void) => {
  const { Resources } = JSON.parse(templateOf(planFor('flan'), 'exports.handler=0')) as Template
  const [code] = Object.values(Resources).flatMap(({ Properties }) => {
    const { ZipFile } = (Properties?.['Code'] ?? {}) as { ZipFile?: string }
    return ZipFile?.includes('client-s3') ? [ZipFile] : []
  })
  const command = (kind: string) =>
    class {
      readonly kind: string = kind
      readonly input: unknown
      constructor(input: unknown) {
        this.input = input
      }
    }
  const s3 = {
    S3Client: class {
      async send(asked: { kind: string; input: unknown }): Promise<void> {
        send(asked.kind, asked.input)
      }
    },
    PutObjectCommand: command('put'),
    DeleteObjectCommand: command('delete'),
  }
  const said: { url: string; method: string; body: Said }[] = []
  const fetched = async (url: string, { method, body }: { method: string; body: string }): Promise<void> => {
    said.push({ url, method, body: JSON.parse(body) as Said })
  }
  const exported: { handler?: (event: Event) => Promise<void> } = {}
  compileFunction(code ?? '', ['exports', 'require', 'fetch'])(exported, () => s3, fetched)
  return { run: (event: Event) => exported.handler!(event), said }
}

const EVENT = {
  ResponseURL: 'https://cloudformation.example/answer',
  StackId: 's',
  RequestId: 'r',
  LogicalResourceId: 'ScriptFiles',
  ResourceProperties: { Bucket: 'b', Files: TEXT_TO_TEXT_FILES },
}

test('writes both files when the stack comes, takes them out when it goes, and tells CloudFormation', async () => {
  const done: [string, unknown][] = []
  const { run, said } = loader((kind, input) => done.push([kind, input]))
  await run({ ...EVENT, RequestType: 'Create' })
  expect(done).toEqual(Object.entries(TEXT_TO_TEXT_FILES).map(([Key, Body]) => ['put', { Bucket: 'b', Key, Body }]))
  await run({ ...EVENT, RequestType: 'Delete' })
  expect(done.slice(2)).toEqual(Object.keys(TEXT_TO_TEXT_FILES).map((Key) => ['delete', { Bucket: 'b', Key }]))
  // The same physical id each time: CloudFormation would delete the files of an id that is no longer given.
  expect(said.map(({ url, method, body }) => [url, method, body.Status, body.PhysicalResourceId])).toEqual([
    ['https://cloudformation.example/answer', 'PUT', 'SUCCESS', 'b/files'],
    ['https://cloudformation.example/answer', 'PUT', 'SUCCESS', 'b/files'],
  ])
})

test('a failure is told too: CloudFormation would wait an hour for silence', async () => {
  const { run, said } = loader(() => {
    throw Object.assign(new Error('no'), { name: 'AccessDenied' })
  })
  await run({ ...EVENT, RequestType: 'Create' })
  expect(said.map(({ body }) => [body.Status, body.Reason])).toEqual([['FAILED', 'AccessDenied']])
})

const hasPython = spawnSync('python3', ['--version'], { timeout: 10_000 }).status === 0

test.skipIf(!hasPython)('the script is Python that compiles', () => {
  const { status, stderr } = spawnSync('python3', ['-c', 'import ast, sys; ast.parse(sys.stdin.read())'], {
    input: TEXT_TO_TEXT_FILES['model/code/inference.py'],
    encoding: 'utf8',
    timeout: 10_000,
  })
  expect([status, stderr]).toEqual([0, ''])
})

test('what the script holds of Flan-UL2 fits an A10G, what transformers would hold does not', () => {
  // Weights of `wo` in 64 layers; embeddings and head, 2 x 32,128 x 4,096, stay in bf16.
  const wo = 64 * 16_384 * 4096
  const ends = 2 * 32_128 * 4096
  const rest = ones.flan.deployment.model.parameters - wo - ends
  const gb = (woBytes: number): number => (rest + 2 * ends + woBytes * wo) / 1e9
  expect([gb(1), gb(2), gb(4)].map((sum) => Number(sum.toFixed(1)))).toEqual([19.8, 24.1, 32.6])
})
