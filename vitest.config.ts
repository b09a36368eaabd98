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
    testTimeout: 60_000,
    hookTimeout: 120_000,
  },
});
