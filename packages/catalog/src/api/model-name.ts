/** What sellers put around a model's name. */
const DECORATION: readonly RegExp[] = [
  /^(?:us|eu|apac|global|au|jp|us-gov)\./,
  /^(?:anthropic|meta|mistral|amazon|cohere|ai21|deepseek|qwen|openai|google|nvidia|minimax|moonshot|moonshotai|zai)\./,
  /:(?:free|beta|nitro|floor|extended|thinking|exacto|online)$/,
  /-v\d+:\d+$/,
  /(?<=[a-z0-9]-\d+[bk]?|instruct|chat)-v1$/,
  /:\d+$/,
  /@(?:default|latest|\d+)$/,
  /-(?:maas|fp8|fp16|bf16|int8|awq|gptq|nvfp4|fp4|turbo|lite|basic|fast|instant|versatile|specdec|tput|reference|hf|preview|instruct|chat|it|original|128k|131k|32768|4096|8192)$/,
]

/** Names in which a word that decorates others is part of the model: `gpt-3.5-turbo`, `gemini-2.0-flash-lite`. */
const WHOLE =
  /^(?:gpt|o\d|chatgpt|text-|claude|gemini|grok|command|nova|sonar|qwen-|jamba|deepseek-(?:chat|reasoner|coder))/

const stripped = (name: string): string => {
  for (let before = ''; before !== name;) {
    before = name
    for (const pattern of DECORATION) name = name.replace(pattern, '')
  }
  return name
}

/**
 * One spelling of a model's name for all who sell it: `meta-llama/Meta-Llama-3.1-8B-Instruct-Turbo`,
 * `accounts/fireworks/models/llama-v3p1-8b-instruct` and `meta.llama3-1-8b-instruct-v1:0` are all `llama-3.1-8b`.
 */
export const commonName = (model: string): string => {
  const tail =
    model
      .toLowerCase()
      .replace(/^~/, '')
      .split('/')
      .findLast((part) => part !== '') ?? ''
  const plain = tail
    .replaceAll('_', '-')
    .replace(/^(?:us|eu|apac|global|au|jp|us-gov)\./, '')
    .replace(
      /^(?:anthropic|meta|mistral|amazon|cohere|ai21|deepseek|qwen|openai|google|nvidia|minimax|moonshot|moonshotai|zai)\./,
      '',
    )
    .replace(/^meta-(?=llama)/, '')
    .replace(/(?<=\d)p(?=\d)/g, '.')
    .replace(/^llama-?v?(?=\d)/, 'llama-')
    .replace(/^(llama-\d)-(\d)(?=-\d+b)/, '$1.$2')
    .replace(/^gpt-35-/, 'gpt-3.5-')
  if (!WHOLE.test(plain)) return stripped(plain)
  return plain
    .replace(/:[a-z]+$/, '')
    .replace(/-v\d+:\d+$/, '')
    .replace(/@(?:default|latest|\d+)$/, '')
}
