import { defineConfig } from 'vitest/config';
import { softwareVulkan } from './test/support/software-vulkan.js';

// The workers are started with this environment.
Object.assign(process.env, softwareVulkan());

/** Folders whose tests need the compiler alone, which is pure: they share processes, so that it is loaded twice instead of fifty times. */
const pure = '{analyze,compile,diagnostics,diff,grammar,lower,ops,parse}';

export default defineConfig({
  test: {
    reporters: ['default', './test/support/closing-line-reporter.ts'],
    pool: 'forks',
    maxWorkers: 2,
    // Tests leave the user's cache of compiled graphs alone; those that are about it name a folder.
    env: { MFNC_CACHE: 'off' },
    testTimeout: 60_000,
    hookTimeout: 120_000,
    projects: [
      { extends: true, test: { name: 'compiler', include: [`test/${pure}/**/*.test.ts`], isolate: false } },
      { extends: true, test: { name: 'runtime', include: ['test/**/*.test.ts'], exclude: [`test/${pure}/**`] } },
    ],
  },
});
