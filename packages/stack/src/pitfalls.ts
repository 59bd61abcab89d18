import { type Seconds, weightBytes } from '@breakeven/core'

import { isGated } from './container.ts'
import type { StackPlan } from './plan.ts'

/** What is known to go wrong with a deployment, before it costs an hour to find out. */
export type Pitfall = {
  readonly id: string
  /** `stop`: it cannot work. `mind`: it works, and somebody will be surprised. */
  readonly weight: 'stop' | 'mind'
  readonly what: string
  readonly todo: string
}

type Rule = (plan: StackPlan) => Omit<Pitfall, 'id'> | undefined

/** Regions that were seen to refuse a floor of no machines (stdapi-ai/stdapi.ai issue 43, 2026-08-27). */
const NO_ZERO: ReadonlySet<string> = new Set(['eu-west-3'])
/** What SageMaker gives a container to answer `InvokeEndpoint`. */
const INVOKE_SECONDS: Seconds = 60
const HTTP_SECONDS: Seconds = 29

const gated: Rule = (plan) =>
  isGated(plan.deployment) && plan.tokenSecret === undefined && plan.weights === undefined
    ? {
        weight: 'stop',
        what: `${plan.deployment.model.repository} is gated (${plan.deployment.model.licence}): the machine would start, be refused the weights, and roll back`,
        todo: 'accept the licence at Hugging Face, keep a token in Secrets Manager and name it with --token-secret, or name weights of your own with --weights',
      }
    : undefined

const zeroRegion: Rule = ({ scaleToZero, deployment: { region } }) =>
  scaleToZero && NO_ZERO.has(region)
    ? {
        weight: 'stop',
        what: `${region} refuses a floor of no machines`,
        todo: 'leave --scale-to-zero out, or take another region',
      }
    : undefined

const zeroStarts: Rule = ({ scaleToZero, startSeconds }) =>
  scaleToZero
    ? {
        weight: 'mind',
        what: `with no machine running, calls fail until one is up: up to ${Math.ceil(startSeconds / 60)} minutes; and deploying starts one all the same`,
        todo: 'let clients try again on 503, or leave --scale-to-zero out',
      }
    : undefined

const zeroScript: Rule = ({ scaleToZero, weightsFrom }) =>
  scaleToZero && weightsFrom.kind === 'script'
    ? {
        weight: 'mind',
        what: 'each machine that starts downloads and quantises all the weights again',
        todo: 'keep the floor at one machine by leaving --scale-to-zero out',
      }
    : undefined

const slowHttp: Rule = ({ deployment: { front }, slowSeconds }) =>
  front === 'http' && slowSeconds / 2 > HTTP_SECONDS
    ? {
        weight: 'stop',
        what: `an HTTP API ends a call after 30 s, and at full load an answer takes about ${Math.round(slowSeconds / 2)} s`,
        todo: 'take --front rest, a larger machine, or a tighter --ttft',
      }
    : undefined

const slowInvoke: Rule = ({ container: { shape }, slowSeconds }) =>
  shape === 'huggingface' && slowSeconds / 2 > INVOKE_SECONDS
    ? {
        weight: 'stop',
        what: `this container answers in one piece, SageMaker waits ${INVOKE_SECONDS} s, and at full load an answer takes about ${Math.round(slowSeconds / 2)} s`,
        todo: 'shorter answers, a larger machine or a tighter latency target',
      }
    : undefined

const longWhole: Rule = ({ container: { shape }, slowSeconds }) =>
  shape === 'openai' && slowSeconds / 2 > INVOKE_SECONDS
    ? {
        weight: 'mind',
        what: `at full load an answer takes about ${Math.round(slowSeconds / 2)} s, and SageMaker waits ${INVOKE_SECONDS} s for one that is not streamed`,
        todo: 'let clients stream',
      }
    : undefined

/** What Python, torch and the server take beside the weights: assumed. */
const SERVER_BYTES = 4e9
const figure = (value: number): string => value.toLocaleString('en-US', { maximumSignificantDigits: 3 })
/** Busier than this, requests that wait for one another wait for long. */
const MOST_BUSY = 0.8

const scriptNeverRan: Rule = ({ weightsFrom, counted: { requestsPerSecond, answerSeconds } }) => {
  if (weightsFrom.kind !== 'script') return undefined
  const busy = requestsPerSecond * answerSeconds
  const counts = `the receipt counts on ${figure(requestsPerSecond)} requests a second of ${figure(answerSeconds)} s each`
  return {
    weight: 'mind',
    what: `no container of AWS serves this model as it is: a script of ours, never run, loads and quantises it and answers one request at a time; ${counts}, ${
      busy > MOST_BUSY ? 'which takes batches' : `which keeps it busy ${Math.round(100 * busy)} % of the time`
    }`,
    todo: 'load-test it before you rely on the number of machines',
  }
}

/** The script reads the weights as they are published before it quantises them for the device. */
const scriptRam: Rule = ({ weightsFrom, deployment: { model, precision, instance } }) => {
  if (weightsFrom.kind !== 'script' || instance.ramBytes === undefined) return undefined
  const needed = weightBytes(model, 'bf16') + SERVER_BYTES
  return (precision === 'int8' || precision === 'int4') && instance.ramBytes < needed
    ? {
        weight: 'stop',
        what: `the script holds all weights in bf16 before it quantises them, ${figure(needed / 1e9)} GB with the server, and ${instance.id} has ${figure(instance.ramBytes / 1e9)} GB of main memory`,
        todo: 'take a machine with more main memory: ml.g5.4xlarge has 68.7 GB',
      }
    : undefined
}

const scriptSplit: Rule = ({ weightsFrom, deployment: { precision, tensorParallel } }) =>
  weightsFrom.kind === 'script' && tensorParallel > 1 && (precision === 'int8' || precision === 'int4')
    ? {
        weight: 'stop',
        what: `the script puts ${precision} weights on one accelerator, and this is split over ${tensorParallel}`,
        todo: '--tensor-parallel 1, or --precision bf16, which it does split',
      }
    : undefined

const wholeAnswer: Rule = ({ container: { shape }, deployment: { model }, counted: { answerSeconds } }) =>
  shape === 'huggingface' && model.task === 'generate'
    ? {
        weight: 'mind',
        what: `this container answers in one piece: a client sees nothing for about ${figure(answerSeconds)} s, streamed or not; the target for the first token was held against the model's own, which no client sees`,
        todo: 'shorter answers, or a --ttft that leaves time for the rest of the answer',
      }
    : undefined

const headless: Rule = ({ deployment: { model }, weights }) =>
  model.kind === 'encoder' && model.task === 'classify' && weights === undefined
    ? {
        weight: 'mind',
        what: `${model.repository} is the bare encoder: its labels mean nothing before it is fine-tuned`,
        todo: 'name your fine-tuned repository or S3 prefix with --weights',
      }
    : undefined

const oneMachine: Rule = ({ machines: { min, max } }) =>
  max === 1 && min === 1
    ? {
        weight: 'mind',
        what: 'one machine in one zone: when it fails there is no other',
        todo: '--most-machines 2 or more',
      }
    : undefined

const untold: Rule = ({ email }) =>
  email === undefined
    ? {
        weight: 'mind',
        what: 'the alarms and the budget are paid for and tell nobody, because there is no address to tell',
        todo: '--email ADDRESS, or look at them in CloudWatch and Billing yourself',
      }
    : undefined

const budgetTag: Rule = ({ name }) => ({
  weight: 'mind',
  what: `the budget counts what carries the tag breakeven=${name}, and counts $0 until that tag is activated for cost allocation`,
  todo: 'in Billing, Cost allocation tags, activate `breakeven`, once for the account; it takes a day to work',
})

const tokenReadable: Rule = ({ tokenSecret }) =>
  tokenSecret === undefined
    ? undefined
    : {
        weight: 'mind',
        what: "SageMaker keeps the Hugging Face token in the model's environment, where whoever may call sagemaker:DescribeModel reads it",
        todo: 'take a token that may only read this repository, or copy the weights to S3 and name them with --weights s3://BUCKET/FOLDER/',
      }

const unpinned: Rule = ({ weightsFrom, revision }) =>
  weightsFrom.kind === 's3' || revision !== undefined
    ? undefined
    : {
        weight: 'mind',
        what: `each machine takes the weights of ${weightsFrom.repository} as they are on the day it starts`,
        todo: '--revision COMMIT holds them to one commit of the repository',
      }

const RULES = {
  gated,
  zeroRegion,
  zeroStarts,
  zeroScript,
  slowHttp,
  slowInvoke,
  longWhole,
  scriptNeverRan,
  scriptRam,
  scriptSplit,
  wholeAnswer,
  headless,
  oneMachine,
  untold,
  budgetTag,
  tokenReadable,
  unpinned,
}

/** All that apply, the ones that stop it first. */
export const pitfallsOf = (plan: StackPlan): readonly Pitfall[] =>
  Object.entries(RULES)
    .flatMap(([id, rule]) => {
      const found = rule(plan)
      return found === undefined ? [] : [{ id, ...found }]
    })
    .toSorted((one, other) => Number(one.weight === 'mind') - Number(other.weight === 'mind'))
