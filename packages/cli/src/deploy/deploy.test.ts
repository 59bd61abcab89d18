import { existsSync } from 'node:fs'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest'

import { type AwsStandIn, awsStandIn, type StandIn } from '../../../stack/src/fixtures/aws-stand-in.ts'
import { runCli } from '../app.ts'
import { runDestroy } from '../destroy/run.ts'
import { type TestIo, testIo } from '../test-io.ts'
import { type DeployFlags, runDeploy } from './run.ts'

let folder = ''
let aws: AwsStandIn | undefined
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'breakeven-deploy-'))
})
afterAll(() => rm(folder, { recursive: true }))
afterEach(async () => {
  await aws?.close()
  aws = undefined
  vi.unstubAllEnvs()
})

const QUOTA = { 'ml.m5.xlarge for endpoint usage': 4 }
const KEYS = { AWS_ACCESS_KEY_ID: 'AKIATEST', AWS_SECRET_ACCESS_KEY: 'secret' }
const LABELS = [
  '--model',
  'bert-base-uncased',
  '--instance',
  'ml.m5.xlarge',
  '--weights',
  'org/labels',
  '--name',
  'labels',
]

const flags: DeployFlags = {
  model: 'bert-base-uncased',
  instance: 'ml.m5.xlarge',
  weights: 'org/labels',
  name: 'labels',
  region: 'us-east-1',
  requestsPerDay: 1000,
  inputTokens: 100,
  outputTokens: 0,
  replicas: 'fixed',
  scaleToZero: false,
  yes: false,
  json: false,
}

const standIn = async (settings: StandIn = {}): Promise<AwsStandIn> => {
  aws = await awsStandIn({ quotas: QUOTA, ...settings })
  return aws
}
const ioTo = (url: string): TestIo => ({ ...testIo(), env: { ...KEYS, AWS_ENDPOINT_URL: url } })
const instantly = { ask: async () => 'yes', sleep: async () => {} }

const up = async (settings: StandIn = {}, more: Partial<DeployFlags> = {}, answer = 'yes') => {
  const there = aws ?? (await standIn(settings))
  const io = ioTo(there.url)
  const asked: string[] = []
  const ask = async (question: string): Promise<string> => {
    asked.push(question)
    return answer
  }
  const failure: unknown = await runDeploy({ ...flags, out: join(folder, 'labels'), ...more }, io, {
    ...instantly,
    ask,
  }).then(
    () => undefined,
    (error: unknown) => error,
  )
  const { message = '', hint = '' } = (failure ?? {}) as { message?: string; hint?: string }
  return { there, io, asked, said: message === '' ? '' : `${message} / ${hint}` }
}

const down = async (name: string) => {
  const io = ioTo(aws?.url ?? '')
  const failure: unknown = await runDestroy({ name, region: 'us-east-1', yes: true, json: false }, io, instantly).then(
    () => undefined,
    (error: unknown) => error,
  )
  const { message = '', hint = '' } = (failure ?? {}) as { message?: string; hint?: string }
  return { io, said: message === '' ? '' : `${message} / ${hint}` }
}

describe('up and down again', () => {
  test('checks, price, a yes, every event once, the address; then nothing is left', async () => {
    const { there, io, asked, said } = await up()
    expect(said).toBe('')
    expect(io.err()).toMatch(/\$5\.\d\d a day at 1,000 requests a day/)
    expect(io.err()).toContain('ok   credentials: account 123456789012 in us-east-1, as user/ada')
    expect(io.err()).toContain('ok   quota: 4 ml.m5.xlarge for endpoints')
    expect(io.err()).toMatch(/ok {3}image: huggingface-pytorch-inference:\S+ is in us-east-1/)
    expect(asked).toEqual([expect.stringMatching(/^Put labels up for \$5\.\d\d a day\?/)])
    // The price is said before anything begins.
    expect(there.actions.indexOf('CreateStack')).toBeGreaterThan(there.actions.lastIndexOf('ListServiceQuotas'))
    const endpoint = io.err().match(/CREATE_COMPLETE +Endpoint \(AWS::SageMaker::Endpoint\)/g)
    expect(endpoint).toHaveLength(1)
    expect(io.out()).toContain('labels is created')
    expect(io.out()).toContain('curl https://abc123.execute-api.us-east-1.amazonaws.com/live/v1/classify')
    const [stack] = [...there.stacks.values()]
    expect(stack?.template).toBe(await readFile(join(folder, 'labels', 'template.json'), 'utf8'))

    const { io: after, said: saidAfter } = await down('labels')
    expect(saidAfter).toBe('')
    expect(after.out()).toMatch(/labels is gone with all its \d\d resources: nothing of it is billed any more/)
    expect([...there.stacks.values()].map(({ status }) => status)).toEqual(['DELETE_COMPLETE'])
  })

  test('a second time changes nothing; another wish updates it, and only its own events are told', async () => {
    await up()
    const again = await up()
    expect(again.io.out()).toContain('labels is up as it was')
    const more = await up({}, { email: 'ops@example.com' })
    expect(more.io.out()).toContain('labels is updated')
    expect(more.io.err()).toContain('UPDATE_COMPLETE')
    expect(more.io.err()).not.toMatch(/^\d\d:\d\d:\d\d {2}CREATE_/m)
  })

  test('through the command line: --yes, JSON, exit 0', async () => {
    const there = await standIn()
    const io = ioTo(there.url)
    there.add('labels', 'UPDATE_COMPLETE')
    const out = join(folder, 'line')
    expect(await runCli(['stack', ...LABELS, '--out', out, '--quiet'], io)).toBe(0)
    // As if it stood already: nothing to wait for.
    const stack = [...there.stacks.values()][0] as { template: string }
    stack.template = await readFile(join(out, 'template.json'), 'utf8')
    const deployed = ioTo(there.url)
    expect(await runCli(['deploy', ...LABELS, '--out', out, '--yes', '--json'], deployed)).toBe(0)
    expect(JSON.parse(deployed.out())).toMatchObject({
      schema: 'breakeven/deployed@1',
      action: 'unchanged',
      outputs: { KeyId: 'key123' },
    })
  })
})

describe('nothing is begun', () => {
  const begun = ({ actions }: AwsStandIn): boolean =>
    actions.some((action) => /^(?:Create|Update|Delete)Stack$/.test(action))

  test.each<[string, StandIn, Partial<DeployFlags>, RegExp]>([
    [
      'no image',
      { imageless: true },
      {},
      /registry has no huggingface-pytorch-inference:.* in us-east-1.*another region/,
    ],
    [
      'no quota',
      { quotas: { 'ml.m5.xlarge for endpoint usage': 0 } },
      {},
      /may run 0 ml\.m5\.xlarge.*Service Quotas.*template is in/,
    ],
    [
      'gated weights',
      { quotas: { 'ml.g5.2xlarge for endpoint usage': 2 } },
      {
        model: 'llama-3.1-8b',
        instance: 'ml.g5.2xlarge',
        weights: undefined as never,
        inputTokens: 500,
        outputTokens: 100,
      },
      /gated.*--token-secret/,
    ],
    ['expired credentials', { refusal: 'ExpiredToken' }, {}, /credentials have run out.*AWS_PROFILE.*template\.json/],
    ['wrong credentials', { refusal: 'InvalidClientTokenId' }, {}, /does not know these credentials/],
    ['may not look', { denied: ['DescribeStacks'] }, {}, /does not allow it.*DescribeStacks.*docs\/deploy\.md/],
    ['may not create', { denied: ['CreateStack'] }, {}, /does not allow it.*CreateStack/],
  ])('%s', async (name, settings, more, message) => {
    const { there, said, io } = await up(settings, more)
    expect(said).toMatch(message)
    expect(io.out()).toBe('')
    expect(begun(there)).toBe(name === 'may not create')
    expect(there.stacks.size).toBe(0)
  })

  test.each([
    ['CREATE_IN_PROGRESS', /something is being done to it/],
    ['ROLLBACK_COMPLETE', /breakeven destroy --name labels --region us-east-1/],
    ['DELETE_FAILED', /breakeven destroy --name labels/],
  ])('a stack of that name that is %s', async (status, message) => {
    const there = await standIn()
    there.add('labels', status)
    const { said } = await up()
    expect(said).toMatch(message)
    expect(begun(there)).toBe(false)
  })

  test('the answer is not yes', async () => {
    const { there, said } = await up({}, {}, 'maybe')
    expect(said).toMatch(/nothing was begun: the answer was not yes/)
    expect(begun(there)).toBe(false)
  })

  test('nobody is there to say yes', async () => {
    const there = await standIn()
    const io = ioTo(there.url)
    expect(await runCli(['deploy', ...LABELS, '--out', join(folder, 'nobody')], io)).toBe(2)
    expect(io.err()).toMatch(/nobody is here to say yes[\s\S]*--yes/)
    expect(begun(there)).toBe(false)
  })

  test('no credentials anywhere: exit 2, what to do, and the template all the same', async () => {
    for (const name of ['AWS_ACCESS_KEY_ID', 'AWS_SECRET_ACCESS_KEY', 'AWS_PROFILE']) vi.stubEnv(name, undefined)
    vi.stubEnv('AWS_EC2_METADATA_DISABLED', 'true')
    vi.stubEnv('AWS_SHARED_CREDENTIALS_FILE', join(folder, 'none'))
    vi.stubEnv('AWS_CONFIG_FILE', join(folder, 'none'))
    const io = testIo()
    const out = join(folder, 'without')
    expect(await runCli(['deploy', ...LABELS, '--out', out, '--yes'], io)).toBe(2)
    expect(io.err()).toMatch(/there are no AWS credentials here[\s\S]*hint: .*AWS_PROFILE.*template\.json all the same/)
    expect(io.err()).not.toContain('bug in breakeven')
    expect(existsSync(join(out, 'template.json'))).toBe(true)
  })

  test('AWS is not there', async () => {
    const there = await standIn()
    await there.close()
    const { said } = await up()
    expect(said).toMatch(/cannot be reached.*template\.json all the same/)
  })
})

describe('what goes wrong', () => {
  test.each([
    [
      'AWS::SageMaker::Endpoint',
      'InsufficientInstanceCapacity: Unable to provision requested ML compute capacity',
      /none of these machines free/,
    ],
    ['AWS::SageMaker::Endpoint', 'The primary container did not pass the ping health check.', /did not answer in time/],
    ['AWS::Budgets::Budget', 'Something that nobody has seen', /Something that nobody has seen/],
  ])('%s: %s', async (type, reason, todo) => {
    const { said, io, there } = await up({ fails: { type, reason } })
    expect(said).toMatch(/CloudFormation took it back \(ROLLBACK_COMPLETE\)/)
    expect(said).toContain(reason)
    expect(said).toMatch(todo)
    // Consequences are not causes.
    expect(said).not.toMatch(/cancelled|following resource/)
    expect(said).toContain('breakeven destroy --name labels --region us-east-1')
    expect(io.out()).toBe('')
    expect([...there.stacks.values()].map(({ status }) => status)).toEqual(['ROLLBACK_COMPLETE'])
  })

  test('a failed update leaves what stood before, and says that it is billed', async () => {
    const there = await standIn({ fails: { type: 'AWS::SNS::Topic', reason: 'no' } })
    await up()
    const { said } = await up({}, { email: 'ops@example.com' })
    expect(said).toMatch(/UPDATE_ROLLBACK_COMPLETE.*[\s\S]*stands again, and is billed as before/)
    expect(there.actions).toContain('UpdateStack')
  })

  test('throttled calls are tried again', async () => {
    const { said, there } = await up({ throttled: 2 })
    expect(said).toBe('')
    expect(there.actions.slice(0, 3)).toEqual(Array.from({ length: 3 }, () => 'GetCallerIdentity'))
  })

  test('who may not read quotas is told so, and goes on', async () => {
    const { said, io } = await up({ denied: ['ListServiceQuotas'] })
    expect(said).toBe('')
    expect(io.err()).toContain('mind quota: the quota "ml.m5.xlarge for endpoint usage" may not be read')
  })

  test('who may not look at the registry is told so, and goes on', async () => {
    const { said, io } = await up({ denied: ['BatchGetImage'] })
    expect(said).toBe('')
    expect(io.err()).toMatch(/mind image: whether huggingface-pytorch-inference:\S+ is in us-east-1 could not be seen/)
  })

  test('no quota of that name: minded, not stopped; too few for scaling: said', async () => {
    const none = await up({ quotas: {} })
    expect(none.io.err()).toContain('mind quota: AWS names no quota "ml.m5.xlarge for endpoint usage"')
    await aws?.close()
    aws = undefined
    const few = await up({ quotas: { 'ml.m5.xlarge for endpoint usage': 1 } })
    expect(few.io.err()).toContain('scaling will not reach 2')
  })
})

describe('destroy', () => {
  test('what stays is named with its id, and exit is 2', async () => {
    await up({ stays: 'AWS::SageMaker::Endpoint' })
    const { said } = await down('labels')
    expect(said).toMatch(/labels is DELETE_FAILED, and something may go on costing/)
    expect(said).toContain('Endpoint (AWS::SageMaker::Endpoint) labels-Endpoint: DELETE_FAILED')
    expect(said).toContain('bucket is not empty')
  })

  test('no such stack: those of ours are named; a stack of somebody else is left alone', async () => {
    const there = await standIn()
    there.add('breakeven-llama', 'CREATE_COMPLETE')
    there.add('payroll', 'CREATE_COMPLETE', 'The payroll')
    expect((await down('breakeven-lama')).said).toMatch(
      /there is no stack breakeven-lama.*those of breakeven there: breakeven-llama$/,
    )
    expect((await down('payroll')).said).toMatch(/not one of breakeven/)
    expect(there.actions).not.toContain('DeleteStack')
  })

  test('a stack that was rolled back can be taken away', async () => {
    await up({ fails: { type: 'AWS::SageMaker::Endpoint', reason: 'no' } })
    expect((await down('labels')).said).toBe('')
  })
})
