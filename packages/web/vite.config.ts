import { readFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { gzip } from 'node:zlib'
import { defineConfig, type Plugin } from 'vite'

const at = (path: string): string => fileURLToPath(new URL(path, import.meta.url))

/**
 * The catalogue as a file of its own, compressed by us: a static host that compresses nothing still sends 130 KB and not
 * 1.6 MB. `.bin`, because hosts send `.gz` with a Content-Encoding of their own, or unpack it.
 */
const catalogue = (): Plugin => ({
  name: 'catalogue',
  async generateBundle() {
    const json = await readFile(at('../catalog/generated/catalog.json'))
    this.emitFile({
      type: 'asset',
      fileName: 'catalogue.bin',
      source: await promisify(gzip)(json, { level: 9 }),
    })
  },
})

/** The page: files that any static host can serve from any folder. */
export default defineConfig({
  root: at('.'),
  base: './',
  publicDir: false,
  oxc: { jsx: { runtime: 'automatic', importSource: 'preact' } },
  build: { outDir: at('dist'), emptyOutDir: true, target: 'es2023', modulePreload: { polyfill: false } },
  worker: { format: 'es' },
  plugins: [catalogue()],
})
