import type { Container } from '@breakeven/core'
import { z } from 'zod'

import type { NamedText } from './aws.ts'
import { csvProvenance, text } from './cells.ts'
import { readCsv, refuseUnknown } from './source-file.ts'

/** Several words in one cell. */
const words = <Word extends string>(known: readonly [Word, ...Word[]]): z.ZodType<readonly Word[], string> =>
  z
    .string()
    .transform((cell) => cell.split(' '))
    .pipe(z.array(z.enum(known)).min(1))

const containerShape = z.strictObject({
  id: text,
  engine: text,
  serves: words(['decoder', 'encoder-decoder', 'encoder']),
  runs_on: words(['gpu', 'cpu', 'neuron']),
  repository: text,
  tag: text,
  shape: z.enum(['openai', 'llamacpp', 'huggingface']),
  host_image: text.exactOptional(),
  ...csvProvenance,
})

/** Images that serve models on SageMaker, the preferred ones first. Throws `InputError` for an engine that nobody knows. */
export const readContainers = ({ text: csv, file }: NamedText, engines: ReadonlySet<string>): readonly Container[] => {
  const rows = readCsv(csv, file, containerShape)
  rows.value.forEach(({ engine }, index) => refuseUnknown('engine', engine, engines, rows.placeAt([index, 'engine'])))
  return rows.value.map(({ runs_on: runsOn, host_image: hostImage, as_of: asOf, ...row }) => ({
    ...row,
    runsOn,
    asOf,
    ...(hostImage === undefined ? {} : { hostImage }),
  }))
}
