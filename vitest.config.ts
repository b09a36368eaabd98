import { defineConfig } from 'vitest/config';
import { softwareVulkan } from './test/support/software-vulkan.js';

// The workers are started with this environment.
Object.assign(process.env, softwareVulkan());

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    reporters: ['default', './test/support/closing-line-reporter.ts'],
    pool: 'forks',
    maxWorkers: 2,
    // Tests leave the user's cache of compiled graphs alone; those that are about it name a folder.
    env: { MFNC_CACHE: 'off' },
    testTimeout: 60_000,
    hookTimeout: 120_000,
  },
});
