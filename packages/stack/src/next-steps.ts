import type { StackPlan } from './plan.ts'
import { ceilingUsdPerDay, pitfallText, type Receipted, usd } from './receipt.ts'

const CHAT = (model: string): string =>
  `'{"model":"${model}","messages":[{"role":"user","content":"Say hello."}],"max_tokens":32}'`

const bodyOf = ({ deployment: { model } }: StackPlan): { readonly path: string; readonly body: string } => {
  if (model.task === 'generate') return { path: 'chat/completions', body: CHAT(model.id) }
  return model.task === 'embed'
    ? { path: 'embeddings', body: `'{"model":"${model.id}","input":"Say hello."}'` }
    : { path: 'classify', body: `'{"model":"${model.id}","input":"Say hello."}'` }
}

/** The first call against what stands: as `curl` takes it, the key fetched beforehand where there is one. */
export const firstCall = (plan: StackPlan, outputs: Readonly<Record<string, string>>): string => {
  const { deployment, name, jwt } = plan
  const { path, body } = bodyOf(plan)
  const base = outputs['BaseUrl'] ?? 'BASE_URL'
  if (deployment.front === 'none')
    return `aws sagemaker-runtime invoke-endpoint --region ${deployment.region} --endpoint-name ${name} --content-type application/json --cli-binary-format raw-in-base64-out --body ${body} /dev/stdout`
  const call = `curl ${base}/${path} -H 'content-type: application/json' -d ${body}`
  if (deployment.front === 'rest')
    return [
      `KEY=$(aws apigateway get-api-key --region ${deployment.region} --api-key ${outputs['KeyId'] ?? 'KEY_ID'} --include-value --query value --output text)`,
      `${call} -H "x-api-key: $KEY"`,
    ].join('\n')
  return jwt === undefined
    ? `${call} --aws-sigv4 aws:amz:${deployment.region}:execute-api --user "$AWS_ACCESS_KEY_ID:$AWS_SECRET_ACCESS_KEY" -H "x-amz-security-token: $AWS_SESSION_TOKEN"`
    : `${call} -H "authorization: Bearer $TOKEN"`
}

const openaiClient = ({ deployment }: StackPlan): readonly string[] =>
  deployment.front === 'rest'
    ? [
        '',
        "With OpenAI's own client (the key goes into a header of its own, API Gateway reads no other):",
        '',
        '```js',
        "new OpenAI({ baseURL: BASE_URL, apiKey: 'unused', defaultHeaders: { 'x-api-key': KEY } })",
        '```',
      ]
    : []

/** README.md of the folder: from the template to a first answer and back to nothing. */
export const nextSteps = (receipted: Receipted): string => {
  const { plan } = receipted.built
  const { name, deployment } = plan
  const stack = `--region ${deployment.region} --stack-name ${name}`
  return [
    `# ${name}`,
    '',
    `${receipted.one.option.label}, in ${deployment.region}. ${usd(receipted.one.option.usdPerDay)} a day at ${receipted.requestsPerDay.toLocaleString('en-US')} requests a day, at most ${usd(ceilingUsdPerDay(receipted))} with all ${plan.machines.max} machines that scaling may start. \`receipt.md\` has every line. This template was never run on AWS by those who wrote it: its first call is its first test.`,
    '',
    ...receipted.pitfalls.map(pitfallText),
    '',
    '## Up: 10 to 30 minutes, billed from when the machine runs',
    '',
    '`breakeven deploy` with the same flags, or any CloudFormation client:',
    '',
    '```sh',
    `aws cloudformation create-stack ${stack} --template-body file://template.json --capabilities CAPABILITY_IAM`,
    `aws cloudformation wait stack-create-complete ${stack}`,
    `aws cloudformation describe-stacks ${stack} --query 'Stacks[0].Outputs'`,
    '```',
    '',
    `## A first answer: a fraction of a cent, beside ${usd(receipted.one.machines.usdPerDayEach / 24)} an hour for each machine that runs`,
    '',
    '```sh',
    firstCall(plan, {}),
    '```',
    ...openaiClient(plan),
    '',
    ...(deployment.front === 'none'
      ? []
      : [
          '## The ledger: what was really served',
          '',
          '```sh',
          `aws logs tail --region ${deployment.region} /aws/lambda/${name} --since 1d --format short > ledger.txt`,
          `grep -o '{"ledger".*' ledger.txt > ledger.jsonl && breakeven compare ledger.jsonl`,
          '```',
          '',
        ]),
    '## Back to nothing',
    '',
    ...(deployment.front === 'none'
      ? ['The logs go with the stack: save first what you want to keep.', '']
      : ['The logs go with the stack, and with them the ledger: save it first, as above.', '']),
    '```sh',
    `breakeven destroy --name ${name} --region ${deployment.region}`,
    `# or: aws cloudformation delete-stack ${stack} && aws cloudformation wait stack-delete-complete ${stack}`,
    '```',
    '',
  ].join('\n')
}
