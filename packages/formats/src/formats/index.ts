import type { Format } from '../format.ts'
import { aider } from './aider.ts'
import { anthropicBatch } from './anthropic-batch.ts'
import { anthropicUsageJson, anthropicUsageTable } from './anthropic-usage.ts'
import { azureApim, azureRequestResponse } from './azure.ts'
import { bedrock } from './bedrock.ts'
import { ccusage } from './ccusage.ts'
import { claudeCode } from './claude-code.ts'
import { codex } from './codex.ts'
import { geminiCli } from './gemini-cli.ts'
import { helicone } from './helicone.ts'
import { langfuse } from './langfuse.ts'
import { ledger } from './ledger.ts'
import { liteLlm } from './litellm.ts'
import { openAiOldUsage, openAiUsageJson, openAiUsageTable } from './openai-usage.ts'
import { openRouter } from './openrouter.ts'
import { otlp } from './otlp.ts'
import { prometheus } from './prometheus.ts'
import { openAiBatch, responses } from './responses.ts'
import { genericJson, genericTable } from './table.ts'
import { tokenless } from './tokenless.ts'
import { azureTrace, burstGpt, mooncake } from './traces.ts'
import { trafficTable } from './traffic.ts'

/** Every format, in the order in which messages name them. To add one: a file beside this one, and its name here. */
export const FORMATS: readonly Format[] = [
  trafficTable,
  ledger,
  genericTable,
  genericJson,
  openAiUsageTable,
  openAiUsageJson,
  openAiOldUsage,
  openAiBatch,
  responses,
  anthropicUsageTable,
  anthropicUsageJson,
  anthropicBatch,
  claudeCode,
  codex,
  geminiCli,
  aider,
  ccusage,
  ...liteLlm,
  otlp,
  ...langfuse,
  ...openRouter,
  ...helicone,
  bedrock,
  ...azureApim,
  azureRequestResponse,
  prometheus,
  azureTrace,
  burstGpt,
  mooncake,
  ...tokenless,
]
