import type { Precision } from '@breakeven/core'

// How measured rows spell models, accelerators, engines and precisions, and which rows of the catalogue they are.

/** First match wins. Fine-tunes and siblings of equal shapes count as the model they were made from. */
const MODELS: readonly (readonly [RegExp, string])[] = [
  [/code-?llama-13b/, 'llama-2-13b'],
  [/llama-?4-(scout|maverick)/, 'llama-4-$1'],
  [/llama-?3[.\d]*-(405|70|8)b/, 'llama-3.1-$1b'],
  [/llama-?2-(70|13|7)b/, 'llama-2-$1b'],
  [/(?:^|\/)llama-(13|7)b/, 'llama-2-$1b'],
  [/mixtral-(8x7b|8x22b)/, 'mixtral-$1'],
  [/mistral-nemo/, 'mistral-nemo-12b'],
  [/mistral-7b/, 'mistral-7b'],
  [/deepseek-(?:v3|r1)/, 'deepseek-v3'],
  [/qwen3-(235b-a22b|30b-a3b|32b|14b|8b)/, 'qwen3-$1'],
  [/qwen2(?:\.5)?-(72b|32b|7b)/, 'qwen2.5-$1'],
  [/gpt-oss-(20|120)b/, 'gpt-oss-$1b'],
  [/gpt-?j/, 'gpt-j-6b'],
  [/qwen3\.5-397b/, 'qwen3.5-397b-a17b'],
  [/qwen1\.5-7b/, 'qwen1.5-7b'],
  [/(?:^|\/)glm-?5(?:-|$)/, 'glm-5'],
  [/bloom-(176b|7b1)/, 'bloom-$1'],
  [/yi-(34|6)b/, 'yi-$1b'],
  [/aquila-7b/, 'aquila-7b'],
  [/opt-6\.7b/, 'opt-6.7b'],
  [/decilm-7b/, 'decilm-7b'],
  [/falcon-180b/, 'falcon-180b'],
  [/internlm-20b/, 'internlm-20b'],
  [/distilbert/, 'distilbert-base-uncased'],
  [/bert[- ]large/, 'bert-large-uncased'],
  // Same layers as BERT base; a larger vocabulary costs memory, not time.
  [/roberta-base|(?<!\w)bert[- ]base/, 'bert-base-uncased'],
]

const ACCELERATORS: readonly (readonly [RegExp, string])[] = [
  [/nvl|pcie|power-capped| x |\+/, ''],
  [/gb200/, 'GB200'],
  [/gh200/, 'GH200'],
  [/b300/, 'B300'],
  [/b200/, 'B200'],
  [/h200/, 'H200'],
  [/h100/, 'H100'],
  [/a100.*40/, 'A100-40GB'],
  [/a100/, 'A100-80GB'],
  [/a10g/, 'A10G'],
  [/l40s/, 'L40S'],
  [/(?:^|[^l])l4(?:$|\D)/, 'L4'],
  [/(?:^|\W)t4/, 'T4'],
  [/mi300x/, 'MI300X'],
  // casys-kaist/LLMServingSim writes it in one word, and has the workstation card.
  [/rtxpro6000|6000.*workstation/, 'RTX-PRO-6000-WS'],
  [/rtx[ -]pro[ -]6000/, 'RTX-PRO-6000'],
  [/rtx[ -]?4090/, 'RTX-4090'],
  [/inferentia([12])/, 'Inferentia$1'],
  [/trainium1/, 'Trainium1'],
  [/ice lake.*2 physical/, 'cpu-c6i.xlarge'],
  [/ice lake 8 vcpu/, 'cpu-c6i.2xlarge'],
]

/** By engine and version; where a row gives none, by the version of its year. */
const ENGINES: readonly (readonly [RegExp, string])[] = [
  [/^vllm \(modified\)/, 'vllm-0.2'],
  [/^vllm 0\.2(?:\.|$)/, 'vllm-0.2'],
  [/^vllm 0\.[4-6](?:\.|$)/, 'vllm-v0'],
  [/^vllm 0\.2[2-9]/, 'vllm'],
  [/^vllm /, 'vllm-0.8'],
  [/^sglang /, 'sglang'],
  [/^tgi/, 'tgi-1'],
  [/^(?:tensorrt-llm|trtllm) (?:0\..*)?$/, 'trt-llm-2024'],
  [/^(?:tensorrt-llm|trtllm) /, 'trt-llm'],
  [/^lmdeploy/, 'lmdeploy'],
  [/^deepspeed-mii/, 'deepspeed-mii'],
  [/^transformers neuronx/, 'neuronx'],
  [/^(?:optimum-neuron|neuronx|pytorch|tensorflow)/, 'torch-neuronx'],
  [/^transformers \(pytorch\)/, 'transformers'],
]

const lookUp = (table: readonly (readonly [RegExp, string])[], text: string): string | undefined => {
  for (const [pattern, id] of table) {
    const match = pattern.exec(text)
    if (match !== null) return id === '' ? undefined : id.replace('$1', match[1] ?? '')
  }
  return undefined
}

export const modelId = (text: string): string | undefined => lookUp(MODELS, text.toLowerCase())
export const acceleratorId = (text: string): string | undefined => lookUp(ACCELERATORS, text.toLowerCase())

/**
 * The version of its time, where a row gives none: vLLM became V1 by default with 0.8, in March 2025, TensorRT-LLM took up its
 * PyTorch backend for published figures with 0.19, in May 2025 (their release notes).
 */
const VERSIONS: readonly (readonly [name: RegExp, since: string, before: string, after: string])[] = [
  [/^vllm$/i, '2025-03', '0.6', '0.11'],
  [/^(?:tensorrt-llm|trtllm)$/i, '2025-05', '0.9', '1.0'],
]

/** @param date of the measurement, ISO; decides where the row names no version */
export const engineId = (
  name: string,
  version: string,
  date = '',
  precision: Precision = 'bf16',
): string | undefined => {
  const [, since = '', before = '', after = ''] =
    version === '' ? (VERSIONS.find(([pattern]) => pattern.test(name)) ?? []) : []
  const known = since === '' ? version : date >= since ? after : before
  const id = lookUp(ENGINES, `${name} ${known}`.toLowerCase())
  return id === 'tgi-1' && precision === 'int4' ? 'tgi-1-gptq' : id
}

/** nvfp4 where the hardware computes in it, else 4-bit weights alone. */
export const precisionOf = (
  precision: string,
  model: string,
  computesInFp4: boolean,
  onCpu: boolean,
): Precision | undefined => {
  const text = precision.toLowerCase()
  if (/fp4/.test(text) && computesInFp4) return 'fp4'
  if (/gptq|awq/.test(model.toLowerCase()) || /int4|fp4|gptq|awq/.test(text)) return 'int4'
  if (/int8/.test(text)) return 'int8'
  if (/fp8/.test(text)) return 'fp8'
  if (/autocast/.test(text)) return 'bf16'
  if (/^fp32$|fp32\/bf16/.test(text)) return onCpu || text === 'fp32' ? 'fp32' : 'bf16'
  return /fp16|bf16/.test(text) ? 'bf16' : undefined
}
