import { InputError } from '@breakeven/core'

const REASONS: Readonly<Record<string, { readonly what: string; readonly reading: string; readonly writing: string }>> =
  {
    ENOENT: {
      what: 'it does not exist',
      reading: 'check the path; it is taken from the folder you are in',
      writing: 'make the folder first, or name another',
    },
    ENOTDIR: {
      what: 'a part of the path is no folder',
      reading: 'check the path',
      writing: 'name another path',
    },
    EISDIR: { what: 'it is a folder', reading: 'name a file in it', writing: 'name a file in it' },
    EACCES: { what: 'it may not be opened', reading: 'check its permissions', writing: 'name another path' },
    EPERM: { what: 'it may not be opened', reading: 'check its permissions', writing: 'name another path' },
    EROFS: { what: 'the disk is read-only', reading: 'check its permissions', writing: 'name another path' },
    ENOSPC: { what: 'the disk is full', reading: 'make room', writing: 'make room, or name another path' },
  }

/**
 * A file that a flag named and that cannot be read or written, as bad input: why in words, and what to do. In writing, what
 * "does not exist" is the folder.
 */
export const fileError = (
  flag: string,
  doing: 'reading' | 'writing',
  file: string,
  { code, message }: NodeJS.ErrnoException,
): InputError => {
  const known = REASONS[code ?? '']
  const words = code === 'ENOENT' && doing === 'writing' ? 'its folder does not exist' : known?.what
  const what = words === undefined ? (code ?? message) : `${words} (${code})`
  const verb = doing === 'reading' ? 'read' : 'write'
  return new InputError(`${flag}: cannot ${verb} ${file}: ${what}`, { hint: known?.[doing] ?? 'name another file' })
}
