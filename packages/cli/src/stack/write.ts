import { mkdir, writeFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { nextSteps, receiptJson, receiptMarkdown, type Receipted } from '@breakeven/stack'

import { fileError } from '../file-error.ts'
import type { Io } from '../io.ts'

/** Writes what a person needs to deploy without us: template, receipt, next steps. Gives the folder as it was named. */
export const writeStack = async (receipted: Receipted, out: string | undefined, io: Io): Promise<string> => {
  const folder = out ?? receipted.built.plan.name
  const files = {
    'template.json': receipted.built.template,
    'receipt.json': `${JSON.stringify(receiptJson(receipted), null, 2)}\n`,
    'receipt.md': receiptMarkdown(receipted),
    'README.md': nextSteps(receipted),
  }
  const at = resolve(io.cwd, folder)
  try {
    await mkdir(at, { recursive: true })
    for (const [name, text] of Object.entries(files)) await writeFile(join(at, name), text)
  } catch (error) {
    throw fileError('--out', 'writing', folder, error as NodeJS.ErrnoException)
  }
  return folder
}
