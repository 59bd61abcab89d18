import { chmod, copyFile, cp, readFile, writeFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { build, defineConfig, type Plugin } from 'vite'

const at = (path: string): string => fileURLToPath(new URL(path, import.meta.url))

/** What the bundle reads beside itself: the catalogue, the fonts of PNG charts, the page, the licence and the README of the package. */
const companions = (): Plugin => ({
  name: 'companions',
  async closeBundle() {
    await cp(at('../catalog/generated'), at('dist/generated'), { recursive: true })
    await cp(at('../report/fonts'), at('dist/fonts'), { recursive: true })
    // Not by way of web/dist: a page that is being served from there would lose its files.
    await build({ configFile: at('../web/vite.config.ts'), build: { outDir: at('dist/page') }, logLevel: 'warn' })
    await copyFile(at('../../LICENSE'), at('LICENSE'))
    await copyFile(at('../../README.md'), at('README.md'))
    const entry = at('dist/breakeven.js')
    const code = await readFile(entry, 'utf8')
    if (!code.startsWith('#!')) await writeFile(entry, `#!/usr/bin/env node\n${code}`)
    await chmod(entry, 0o755)
  },
})

/** The published command: one entry and lazy chunks, everything bundled but what is native and optional. */
export default defineConfig({
  root: at('.'),
  build: {
    ssr: at('src/main.ts'),
    outDir: at('dist'),
    emptyOutDir: true,
    target: 'node22',
    minify: true,
    rolldownOptions: {
      external: ['@resvg/resvg-js', '@duckdb/node-api'],
      output: { entryFileNames: 'breakeven.js', chunkFileNames: 'chunks/[name]-[hash].js' },
    },
  },
  ssr: { noExternal: true, external: ['@resvg/resvg-js', '@duckdb/node-api'] },
  plugins: [companions()],
})
