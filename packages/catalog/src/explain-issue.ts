import { suggest } from '@breakeven/core'
import type { z } from 'zod'

/** What is wrong at one place of a file, and what would be right. */
export type Explanation = {
  readonly path: readonly PropertyKey[]
  readonly message: string
  readonly hint: string | undefined
}

const quoted = (value: unknown): string => (typeof value === 'string' ? `"${value}"` : JSON.stringify(value))
const listed = (names: readonly string[]): string => names.join(', ')

/** Where zod's schemas keep their parts: optional and default ones wrap `innerType`, pipes begin with `in`. */
type SchemaParts = {
  readonly type: string
  readonly innerType?: z.core.$ZodType
  readonly in?: z.core.$ZodType
  readonly shape?: Record<PropertyKey, z.core.$ZodType>
  readonly element?: z.core.$ZodType
  readonly valueType?: z.core.$ZodType
}

/** The part of a schema that checks what stands at `path`: zod reports an unknown key without saying which ones are known. */
const schemaAt = (schema: z.core.$ZodType, path: readonly PropertyKey[]): z.core.$ZodType | undefined => {
  const def = schema._zod.def as SchemaParts
  const inner = def.innerType ?? def.in
  if (inner) return schemaAt(inner, path)
  const [step, ...rest] = path
  if (step === undefined) return schema
  const next = def.shape ? def.shape[step] : (def.element ?? def.valueType)
  return next ? schemaAt(next, rest) : undefined
}

const keysAt = (schema: z.core.$ZodType, path: readonly PropertyKey[]): readonly string[] => {
  const def = schemaAt(schema, path)?._zod.def as SchemaParts | undefined
  return Object.keys(def?.shape ?? {})
}

const suggestion = (wrong: string, allowed: readonly string[]): string => {
  const [near] = suggest(wrong, allowed, 1)
  return `${near ? `did you mean ${near}? ` : ''}allowed: ${listed(allowed)}`
}

/** `flags[0]`: a name with the index inside it. */
const labelOf = (path: readonly PropertyKey[]): string => {
  const from = path.findLastIndex((step) => typeof step === 'string')
  if (from < 0) return path.length > 0 ? `entry ${Number(path[0]) + 1}` : 'the file'
  return path
    .slice(from)
    .map((step, depth) => (depth === 0 ? String(step) : `[${String(step)}]`))
    .join('')
}

const IN_WORDS: Readonly<Record<string, string>> = {
  string: 'text',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
  array: 'a list',
  object: 'keys with values',
  record: 'keys with values',
}

/** Turns zod's first finding into words: which key, what was found, what is allowed. */
export const explainIssue = (issue: z.core.$ZodIssue, schema: z.core.$ZodType): Explanation => {
  const { path } = issue
  const key = labelOf(path)
  const say = (message: string, hint?: string, at: readonly PropertyKey[] = path): Explanation => ({
    path: at,
    message,
    hint,
  })
  switch (issue.code) {
    case 'unrecognized_keys': {
      const [wrong = ''] = issue.keys
      return say(`unknown key ${wrong}`, suggestion(wrong, keysAt(schema, path)), [...path, wrong])
    }
    case 'invalid_value': {
      const allowed = issue.values.map(String)
      if (issue.input === undefined) return say(`${key} is missing`, `allowed: ${listed(allowed)}`)
      return say(
        `${key} is ${quoted(issue.input)}`,
        suggestion(typeof issue.input === 'string' ? issue.input : JSON.stringify(issue.input), allowed),
      )
    }
    case 'invalid_type': {
      const expected = `expected ${IN_WORDS[issue.expected] ?? issue.expected}`
      return issue.input === undefined
        ? say(`${key} is missing`, expected)
        : say(`${key} is ${quoted(issue.input)}`, expected)
    }
    case 'too_small':
      return say(
        `${key} is ${quoted(issue.input)}`,
        `expected ${issue.inclusive ? 'at least' : 'more than'} ${issue.minimum}`,
      )
    case 'too_big':
      return say(
        `${key} is ${quoted(issue.input)}`,
        `expected ${issue.inclusive ? 'at most' : 'less than'} ${issue.maximum}`,
      )
    default:
      return say(`${key} is ${quoted(issue.input)}`, issue.message)
  }
}
