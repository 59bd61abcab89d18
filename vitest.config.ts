import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    include: ['packages/*/src/**/*.test.ts', 'test/**/*.test.ts'],
    pool: 'threads',
    maxWorkers: 2,
    // Two slow cores under a full run: five seconds is too near what an honest test takes there.
    testTimeout: 30_000,
    reporters: ['default', './test/setup/tally.ts'],
    coverage: { provider: 'v8', include: ['packages/*/src/**/*.ts'] },
  },
})
