import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { App, Validations } from 'aws-cdk-lib'
import { AwsSolutionsChecks } from 'cdk-nag'
import { bundleLambda } from '@breakeven/gateway/bundle'
import { readConfig } from '@breakeven/gateway'
import { InputError } from '@breakeven/core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'

import type { Resource, Template } from '../billing.ts'
import { ones, planFor, withFront } from '../fixtures/hosted.ts'
import type { StackPlan } from '../plan.ts'
import { stackIn, templateOf } from './template.ts'

const EVERYTHING = { email: 'ops@example.com', tokenSecret: 'hf-token' }
const JWT = { jwt: { issuer: 'https://id.example.com/', audience: 'llm' } }

/** Every kind of stack that there is. */
const PLANS: Readonly<Record<string, StackPlan>> = {
  llama: planFor('llama'),
  bert: planFor('bert'),
  flan: planFor('flan'),
  zero: planFor('llama', { name: 'test-zero', scaleToZero: true, ...EVERYTHING }),
  tokens: planFor('bert', { name: 'test-jwt', ...JWT, weights: 'my-org/labels' }),
  direct: planFor('llama', { name: 'test-direct', weights: 's3://my-bucket/llama/v1/' }, withFront('llama', 'none')),
}

/** It comes inside aws-cdk-lib and is nobody's dependency by itself. */
const VALIDATOR = '@aws/cloudformation-validate'

let bundle = ''
let templates: Readonly<Record<string, string>> = {}
beforeAll(async () => {
  bundle = await bundleLambda()
  templates = Object.fromEntries(Object.entries(PLANS).map(([name, plan]) => [name, templateOf(plan, bundle)]))
})

const read = (name: string): Template => JSON.parse(templates[name] ?? '') as Template
const ofType = (name: string, type: string): readonly Resource[] =>
  Object.values(read(name).Resources).filter(({ Type }) => Type === type)
const only = (name: string, type: string): Readonly<Record<string, unknown>> => {
  const found = ofType(name, type)
  expect(found.length).toBe(1)
  return found[0]?.Properties ?? {}
}

describe('what CloudFormation is given', () => {
  test.each(Object.keys(PLANS))(
    '%s: one line, under 51,200 bytes, without parameters, rules, metadata or assets',
    (name) => {
      const text = templates[name] ?? ''
      expect(Buffer.byteLength(text)).toBeLessThan(51_200)
      expect(text).not.toContain('\n')
      expect(Object.keys(JSON.parse(text)).toSorted()).toEqual(
        name === 'direct' ? ['Description', 'Resources'] : ['Description', 'Outputs', 'Resources'],
      )
      expect(text).not.toMatch(/"Metadata":|AssetParameters|cdk-bootstrap|CDKMetadata/)
    },
  )

  test('the same plan gives the same text', () => {
    expect(templateOf(PLANS['llama']!, bundle)).toBe(templates['llama'])
  })

  test('the offline validator finds nothing: no error, and no warning either', () => {
    const require = createRequire(createRequire(import.meta.url).resolve('aws-cdk-lib/package.json'))
    const { CompositeEngine, TemplateContent } = require(VALIDATOR)
    const engine = new CompositeEngine()
    const found = (text: string): string[] =>
      engine
        .validateTemplate(new TemplateContent(text, 'template.json'))
        .diagnostics.filter(({ severity }: { severity: string }) => severity !== 'INFO')
        .map(({ ruleId, message }: { ruleId: string; message: string }) => `${ruleId} ${message}`)
    for (const [name, text] of Object.entries(templates)) expect([name, found(text)]).toEqual([name, []])
    // The validator is awake: a wrong machine, metric or host image is found.
    expect(found(templates['llama']!.replace('ml.g5.2xlarge","Model', 'ml.g5.3xlarge","Model'))).toEqual([
      expect.stringMatching(/W3030/),
    ])
    expect(found(templates['llama']!.replace('RequestsPerModelHigh', 'RequestsPerModuleHigh'))).toEqual([
      expect.stringMatching(/W3030/),
    ])
    engine.free()
  })
})

describe('cdk-nag, AwsSolutions', () => {
  const folder = mkdtempSync(join(tmpdir(), 'breakeven-nag-'))
  afterAll(() => rmSync(folder, { recursive: true }))

  test('has nothing left to say, and says it where a wildcard comes in', () => {
    const app = new App({ builtinCloudFormationValidation: false, outdir: folder })
    for (const plan of Object.values(PLANS)) stackIn(app, plan, 'exports.handler=0')
    Validations.of(app).addPlugins(new AwsSolutionsChecks(app))
    app.synth()
    type Report = { pluginReports: { violations: { ruleName: string }[] }[] }
    const report = JSON.parse(readFileSync(join(folder, 'validation-report.json'), 'utf8')) as Report
    expect(report.pluginReports.flatMap(({ violations }) => violations.map(({ ruleName }) => ruleName))).toEqual([])
  })
})

describe('nobody gets in unasked', () => {
  test.each(['llama', 'flan', 'zero'])('%s: every method asks for a key of the usage plan', (name) => {
    const methods = ofType(name, 'AWS::ApiGateway::Method')
    expect(methods.length).toBeGreaterThan(0)
    for (const { Properties } of methods) expect(Properties).toMatchObject({ ApiKeyRequired: true })
    expect(only(name, 'AWS::ApiGateway::UsagePlan')['ApiStages']).toHaveLength(1)
    expect(ofType(name, 'AWS::ApiGateway::UsagePlanKey').length).toBe(1)
    expect(ofType(name, 'AWS::WAFv2::WebACLAssociation').length).toBe(1)
  })

  test('an HTTP API asks for a signature, or for a token of the issuer', () => {
    expect(only('bert', 'AWS::ApiGatewayV2::Route')).toMatchObject({ AuthorizationType: 'AWS_IAM' })
    expect(only('tokens', 'AWS::ApiGatewayV2::Route')).toMatchObject({ AuthorizationType: 'JWT' })
    expect(only('tokens', 'AWS::ApiGatewayV2::Authorizer')['JwtConfiguration']).toEqual({
      Issuer: 'https://id.example.com/',
      Audience: ['llm'],
    })
  })

  test('the function may only be called by its API, and only says "front" because of that', () => {
    for (const name of ['llama', 'bert', 'zero']) {
      const [{ Properties } = {}] = ofType(name, 'AWS::Lambda::Permission')
      expect(Properties).toMatchObject({ Principal: 'apigateway.amazonaws.com' })
      expect(JSON.stringify(Properties)).toContain('SourceArn')
      expect(ofType(name, 'AWS::Lambda::Url')).toEqual([])
    }
  })
})

test.each<[string, Readonly<Record<string, string>>]>([
  ['turned away', { 'error.responseType': 'UNAUTHORIZED', 'error.messageString': '"no \\"key\\""', status: '403' }],
  ['answered, where API Gateway writes a dash for what is not there', { status: '200' }],
])('a line of the access log is JSON: %s', (_name, values) => {
  const { Format } = only('bert', 'AWS::ApiGatewayV2::Stage')['AccessLogSettings'] as { Format: string }
  const line = Format.replaceAll(/\$context\.([a-zA-Z.]+)/g, (_all, name: string) => values[name] ?? '-')
  const { status, error } = JSON.parse(line) as Record<string, string>
  expect([status, error]).toEqual([values['status'], values['error.responseType'] ?? '-'])
})

describe('the gateway in Lambda', () => {
  const environment = (name: string): unknown => {
    const { Environment } = only(name, 'AWS::Lambda::Function') as {
      Environment: { Variables: Record<string, string> }
    }
    return JSON.parse(Environment.Variables['BREAKEVEN_GATEWAY'] ?? '')
  }

  test('is the bundle that runs here too, on Node 22 and arm64, with the memory that is priced', () => {
    expect(only('llama', 'AWS::Lambda::Function')).toMatchObject({
      Code: { ZipFile: bundle },
      Runtime: 'nodejs22.x',
      Architectures: ['arm64'],
      MemorySize: 128,
      Handler: 'index.handler',
      Timeout: 900,
    })
    expect(only('bert', 'AWS::Lambda::Function')).toMatchObject({ Handler: 'index.buffered', Timeout: 29 })
  })

  test('gets a configuration that it can read', () => {
    expect(readConfig(environment('llama')).models['llama-3.1-8b']).toEqual({
      kind: 'sagemaker',
      endpoint: 'test-llama',
      region: 'us-east-1',
      shape: 'openai',
      task: 'generate',
      model: 'llama-3.1-8b',
    })
    expect(readConfig(environment('zero')).models['llama-3.1-8b']).toMatchObject({ inferenceComponent: 'test-zero' })
    expect(readConfig(environment('bert')).models['bert-base-uncased']).toMatchObject({ shape: 'huggingface' })
  })

  test('streams through a REST API for fifteen minutes, and gives up before the 30 s of an HTTP API', () => {
    const [{ Properties } = {}] = ofType('llama', 'AWS::ApiGateway::Method')
    const { Integration } = Properties as { Integration: Record<string, unknown> }
    expect(Integration).toMatchObject({ ResponseTransferMode: 'STREAM', TimeoutInMillis: 900_000, Type: 'AWS_PROXY' })
    expect(JSON.stringify(Integration['Uri'])).toContain('/response-streaming-invocations')
    expect(only('bert', 'AWS::ApiGatewayV2::Integration')).toMatchObject({ PayloadFormatVersion: '2.0' })
  })

  test('may write its log and invoke one endpoint, nothing else', () => {
    const role = ofType('llama', 'AWS::IAM::Role').find(({ Properties }) =>
      JSON.stringify(Properties).includes('lambda.amazonaws.com'),
    )
    type Statement = { Action: string | string[] }
    type Policies = { PolicyDocument: { Statement: Statement[] } }[]
    const policies = (role?.Properties?.['Policies'] ?? []) as Policies
    expect(policies.flatMap(({ PolicyDocument }) => PolicyDocument.Statement.flatMap(({ Action }) => Action))).toEqual([
      'logs:CreateLogStream',
      'logs:PutLogEvents',
      'sagemaker:InvokeEndpoint',
      'sagemaker:InvokeEndpointWithResponseStream',
    ])
    expect(JSON.stringify(role)).toContain(':endpoint/test-llama"')
  })
})

type Container = { Image: unknown; Environment: Readonly<Record<string, string>> }

describe('the endpoint', () => {
  const variant = (name: string): unknown =>
    (only(name, 'AWS::SageMaker::EndpointConfig')['ProductionVariants'] as unknown[])[0]
  const container = (name: string): Container => only(name, 'AWS::SageMaker::Model')['PrimaryContainer'] as Container

  test('CUDA 13 runs on the host image that has its driver; a volume only where there is no disk', () => {
    expect(variant('llama')).toMatchObject({
      InstanceType: 'ml.g5.2xlarge',
      InferenceAmiVersion: 'al2023-ami-sagemaker-inference-gpu-4-1',
      InitialInstanceCount: 1,
    })
    expect(JSON.stringify(container('llama')['Image'])).toContain('cu130')
    expect(variant('llama')).not.toHaveProperty('VolumeSizeInGB')
    // Twice 0.44 GB of weights and 30 GB: 31.
    expect(variant('bert')).toMatchObject({ VolumeSizeInGB: 31 })
    expect(variant('bert')).not.toHaveProperty('InferenceAmiVersion')
  })

  test('vLLM is told no more context than fits, and never a token in clear', () => {
    const { Environment } = container('zero')
    expect(Environment).toMatchObject({
      SM_VLLM_MODEL: 'meta-llama/Llama-3.1-8B-Instruct',
      HF_TOKEN: '{{resolve:secretsmanager:hf-token:SecretString}}',
    })
    const { capacity } = ones.llama
    expect(Number(Environment.SM_VLLM_MAX_MODEL_LEN)).toBeLessThan(capacity.kvTokens)
    expect(Number(Environment.SM_VLLM_MAX_MODEL_LEN)).toBeGreaterThan(0.85 * capacity.kvTokens)
  })

  test('weights in S3 are fetched by SageMaker, and the container gets no network', () => {
    expect(only('direct', 'AWS::SageMaker::Model')).toMatchObject({
      EnableNetworkIsolation: true,
      PrimaryContainer: {
        ModelDataSource: {
          S3DataSource: { S3Uri: 's3://my-bucket/llama/v1/', S3DataType: 'S3Prefix', CompressionType: 'None' },
        },
      },
    })
    expect(container('direct')['Environment']).not.toHaveProperty('SM_VLLM_MODEL')
    const [{ Properties } = {}] = ofType('direct', 'AWS::IAM::Role')
    expect(JSON.stringify(Properties)).toContain(':s3:::my-bucket/llama/v1/*')
  })

  test('Flan-UL2 runs by our script, which the stack puts into a bucket of its own', () => {
    expect(container('flan')['Environment']).toEqual({
      BREAKEVEN_WEIGHTS: 'google/flan-ul2',
      BREAKEVEN_PRECISION: 'int8',
      SAGEMAKER_MODEL_SERVER_WORKERS: '1',
    })
    const { Files } = only('flan', 'AWS::CloudFormation::CustomResource') as { Files: Record<string, string> }
    expect(Object.keys(Files)).toEqual(['model/code/inference.py', 'model/code/requirements.txt'])
    expect(Files['model/code/inference.py']).toContain('Int8Weights(child) if name == "wo"')
  })

  test('scaling follows the requests at a time of a model, or of a copy where machines may go', () => {
    type Tracking = { PredefinedMetricSpecification: { PredefinedMetricType: string } }
    const metric = (name: string): unknown =>
      ofType(name, 'AWS::ApplicationAutoScaling::ScalingPolicy').flatMap(
        ({ Properties }) =>
          (Properties?.['TargetTrackingScalingPolicyConfiguration'] as Tracking | undefined)
            ?.PredefinedMetricSpecification.PredefinedMetricType ?? [],
      )
    expect(metric('llama')).toEqual(['SageMakerVariantConcurrentRequestsPerModelHighResolution'])
    expect(metric('zero')).toEqual(['SageMakerInferenceComponentConcurrentRequestsPerCopyHighResolution'])
    expect(only('llama', 'AWS::ApplicationAutoScaling::ScalableTarget')).toMatchObject({
      MinCapacity: 1,
      MaxCapacity: 2,
    })
    expect(only('zero', 'AWS::ApplicationAutoScaling::ScalableTarget')).toMatchObject({
      MinCapacity: 0,
      MaxCapacity: 2,
    })
  })

  test('from no machine, the first call that fails wakes one; deploying starts one all the same', () => {
    expect(only('zero', 'AWS::SageMaker::InferenceComponent')).toMatchObject({ RuntimeConfig: { CopyCount: 1 } })
    expect(only('zero', 'AWS::SageMaker::EndpointConfig')).toHaveProperty('ExecutionRoleArn')
    const alarm = ofType('zero', 'AWS::CloudWatch::Alarm').find(
      ({ Properties }) => Properties?.['MetricName'] === 'NoCapacityInvocationFailures',
    )
    expect(alarm?.Properties?.['AlarmActions']).toContainEqual({ 'Fn::GetAtt': ['Wake', 'Arn'] })
  })
})

describe('what is left when the stack goes', () => {
  test.each(Object.keys(PLANS))('%s: nothing is kept', (name) => {
    for (const [id, { DeletionPolicy = 'Delete' }] of Object.entries(read(name).Resources))
      expect([id, DeletionPolicy]).toEqual([id, 'Delete'])
  })

  test.each(Object.keys(PLANS))('%s: every log has an end, and every log that AWS would make is ours', (name) => {
    const logs = ofType(name, 'AWS::Logs::LogGroup').map(({ Properties }) => Properties ?? {})
    for (const { RetentionInDays } of logs) expect(RetentionInDays).toBeLessThanOrEqual(30)
    const groups = logs.map(({ LogGroupName }) => LogGroupName)
    expect(groups).toContain(
      `/aws/sagemaker/${name === 'zero' ? 'InferenceComponents' : 'Endpoints'}/${PLANS[name]!.name}`,
    )
    for (const { Properties } of ofType(name, 'AWS::Lambda::Function'))
      expect(groups).toContain(`/aws/lambda/${String(Properties?.['FunctionName'])}`)
  })

  test('all that takes a tag carries the name, by which the budget counts', () => {
    const untagged = Object.entries(read('llama').Resources)
      .filter(([, { Properties }]) => !JSON.stringify(Properties).includes('"breakeven"'))
      .map(([, { Type }]) => Type)
    expect(new Set(untagged)).toEqual(
      new Set([
        'AWS::ApiGateway::Deployment',
        'AWS::ApiGateway::Method',
        'AWS::ApiGateway::Resource',
        'AWS::ApiGateway::UsagePlanKey',
        'AWS::ApplicationAutoScaling::ScalingPolicy',
        'AWS::Lambda::Permission',
        'AWS::WAFv2::WebACLAssociation',
      ]),
    )
    expect(only('llama', 'AWS::Budgets::Budget')['Budget']).toMatchObject({
      CostFilters: { TagKeyValue: ['user:breakeven$test-llama'] },
    })
  })
})

test('a region without containers is refused, not guessed', () => {
  const plan = planFor('llama')
  const there = { ...plan, deployment: { ...plan.deployment, region: 'xx-north-1' } }
  expect(() => templateOf(there, bundle)).toThrow(InputError)
})

describe('golden', () => {
  test.each(['llama', 'bert', 'flan', 'zero'])('%s', async (name) => {
    const text = templateOf(PLANS[name]!, 'exports.handler=0')
    await expect(`${JSON.stringify(JSON.parse(text), null, 1)}\n`).toMatchFileSnapshot(`../../golden/${name}.json`)
  })
})
