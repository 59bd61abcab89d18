import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { stat } from 'node:fs/promises'

const hashOf = async (path: string): Promise<string> => {
  const hash = createHash('sha256')
  for await (const bytes of createReadStream(path, { highWaterMark: 1024 * 1024 })) hash.update(bytes as Uint8Array)
  return hash.digest('base64')
}

type Stat = { readonly size: number; readonly identity: string }

const statOf = async (path: string): Promise<Stat | undefined> => {
  const found = path === '-' ? undefined : await stat(path, { bigint: true }).catch(() => undefined)
  // A pipe says 0 and can be read once only; an empty file has nothing to count twice.
  return found?.isFile() === true && found.size > 0n
    ? { size: Number(found.size), identity: `${found.dev}:${found.ino}` }
    : undefined
}

/**
 * Which of some files repeat one before them: the same file under another name, or another with the same bytes. Position ->
 * path of the first. Only files of one size are compared, so that most are read once as ever. What cannot be looked at is no
 * copy: whoever reads it will say why.
 */
export const firstOfCopies = async (paths: readonly string[]): Promise<ReadonlyMap<number, string>> => {
  const stats = await Promise.all(paths.map(statOf))
  const copies = new Map<number, string>()
  const byIdentity = new Map<string, string>()
  const bySize = new Map<number, number[]>()
  for (const [index, path] of paths.entries()) {
    const found = stats[index]
    if (found === undefined) continue
    const same = byIdentity.get(found.identity)
    if (same === undefined) {
      byIdentity.set(found.identity, path)
      bySize.set(found.size, [...(bySize.get(found.size) ?? []), index])
    } else copies.set(index, same)
  }
  for (const alike of bySize.values()) {
    if (alike.length < 2) continue
    const byHash = new Map<string, string>()
    for (const index of alike) {
      const path = paths[index] ?? ''
      const hash = await hashOf(path).catch(() => `unreadable ${path}`)
      const same = byHash.get(hash)
      if (same === undefined) byHash.set(hash, path)
      else copies.set(index, same)
    }
  }
  return copies
}
