import { readFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'

const at = (path: string): string => fileURLToPath(new URL(path, import.meta.url))

/** Beside the published command, where there is nothing to bundle from; never in the sources. */
const BUILT = at('../lambda/index.js')

const built = async (): Promise<string | undefined> => {
  try {
    return await readFile(BUILT, 'utf8')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw error
  }
}

const bundled = async (): Promise<string> => {
  const { rolldown } = await import('rolldown')
  const build = await rolldown({
    input: at('./lambda.ts'),
    platform: 'node',
    // Lambda's runtime has the SDK.
    external: [/^@aws-sdk\//, /^node:/],
    // Our modules do nothing by being loaded, so what is not called is left out.
    treeshake: { moduleSideEffects: (id) => id.endsWith('/lambda.ts') },
    logLevel: 'silent',
  })
  try {
    const { output } = await build.generate({
      format: 'cjs',
      exports: 'named',
      minify: true,
      comments: false,
      codeSplitting: false,
    })
    return output[0].code
  } finally {
    await build.close()
  }
}

/**
 * The whole Lambda handler as one minified CommonJS file with the exports `handler` and `buffered`; `@aws-sdk/*` and
 * `node:*` are left to the runtime. The same text wherever it is asked for.
 */
export const bundleLambda = async (): Promise<string> => (await built()) ?? bundled()
