import type { Format } from '../format.ts'
import { azureTrace, burstGpt, genericJson, genericTable, mooncake } from './generic.ts'

/** Every format, in the order in which `--help` names them. To add one: a file beside this one, and its name here. */
export const FORMATS: readonly Format[] = [azureTrace, burstGpt, mooncake, genericTable, genericJson]
