import { lstat, readdir } from 'node:fs/promises'
import { join, sep } from 'node:path'
import { InputError } from '@breakeven/core'

export type Input = {
  readonly path: string
  /** Named itself, not found in a folder: it must be a usage file. */
  readonly isNamed: boolean
}

const LEFT_OUT: ReadonlySet<string> = new Set(['.git', 'node_modules', '.DS_Store'])
/** What we write while a file is not whole yet stands beside it under its name with this behind it, and is never traffic. */
export const WORK_SUFFIX = '.breakeven-part'

const filesUnder = async (folder: string): Promise<string[]> => {
  const found: string[] = []
  const entries = await readdir(folder, { withFileTypes: true })
  for (const entry of entries.toSorted((a, b) => (a.name < b.name ? -1 : 1))) {
    if (LEFT_OUT.has(entry.name) || entry.name.endsWith(WORK_SUFFIX)) continue
    const path = join(folder, entry.name)
    if (entry.isDirectory()) found.push(...(await filesUnder(path)))
    else if (entry.isFile()) found.push(path)
  }
  return found
}

const IS_GLOB = /[*?{[]/

const globPattern = (glob: string): RegExp => {
  let source = ''
  for (let i = 0; i < glob.length; i++) {
    const c = glob[i] ?? ''
    if (c === '*' && glob[i + 1] === '*') {
      i++
      if (glob[i + 1] === '/') i++
      source += '(?:.*/)?'
      if (i + 1 >= glob.length) source += '.*'
    } else if (c === '*') source += '[^/]*'
    else if (c === '?') source += '[^/]'
    else if (c === '[' && glob.includes(']', i)) {
      const close = glob.indexOf(']', i)
      source += `[${glob
        .slice(i + 1, close)
        .replace(/^!/, '^')
        .replaceAll('\\', '\\\\')}]`
      i = close
    } else if (c === '{' && glob.includes('}', i)) {
      const close = glob.indexOf('}', i)
      source += `(?:${glob
        .slice(i + 1, close)
        .split(',')
        .map((part) => part.replaceAll(/[.+^$()|[\]\\*?]/g, String.raw`\$&`))
        .join('|')})`
      i = close
    } else source += c.replaceAll(/[.+^$()|[\]{}\\]/g, String.raw`\$&`)
  }
  return new RegExp(`^${source}$`)
}

const filesOfGlob = async (glob: string): Promise<string[]> => {
  const normal = glob.replaceAll(sep, '/')
  const fixed = normal.split('/')
  const firstWild = fixed.findIndex((part) => IS_GLOB.test(part))
  const base = fixed.slice(0, firstWild).join('/') || (normal.startsWith('/') ? '/' : '.')
  const pattern = globPattern(base === '.' ? normal.replace(/^\.\//, '') : normal)
  const files = await filesUnder(base).catch(() => [])
  return files.filter((path) => pattern.test(path.replaceAll(sep, '/')))
}

const unreadable = (path: string, error: unknown): InputError => {
  const code = (error as { code?: string }).code
  const why =
    code === 'ENOENT'
      ? 'There is no such file'
      : code === 'EACCES'
        ? 'This file may not be read'
        : `This file cannot be read (${code ?? 'unknown reason'})`
  return new InputError(`${why}.`, {
    file: path,
    hint: 'Check the path; folders and globs are read too, and - is standard input.',
  })
}

/** Paths, folders, globs and `-` as the files to read, in order. Throws `InputError` for what is not there. */
export const expandInputs = async (paths: readonly string[]): Promise<readonly Input[]> => {
  const inputs: Input[] = []
  for (const path of paths) {
    if (path === '-') {
      inputs.push({ path, isNamed: true })
      continue
    }
    const stat = await lstat(path).catch((error: unknown) => (error as { code?: string }).code)
    if (typeof stat === 'object') {
      const isFolder =
        stat.isDirectory() ||
        (stat.isSymbolicLink() &&
          (await readdir(path).then(
            () => true,
            () => false,
          )))
      if (isFolder) inputs.push(...(await filesUnder(path)).map((found) => ({ path: found, isNamed: false })))
      else inputs.push({ path, isNamed: true })
      continue
    }
    if (!IS_GLOB.test(path)) throw unreadable(path, { code: stat })
    const found = await filesOfGlob(path)
    if (found.length === 0)
      throw new InputError('No file matches this pattern.', {
        file: path,
        hint: 'Put the pattern in quotes if the shell changes it.',
      })
    inputs.push(...found.map((match) => ({ path: match, isNamed: false })))
  }
  return inputs
}

export { unreadable }
