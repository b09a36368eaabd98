import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vite';
import { selfContainedThreads } from '../../src/runtime/engines/tfjs/self-contained-threads.js';

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));

/** With these a page may share memory between threads; without them wasm runs on one. */
const isolation = { 'Cross-Origin-Opener-Policy': 'same-origin', 'Cross-Origin-Embedder-Policy': 'require-corp' };

/** Relative addresses, so that any folder of any static host serves the site. */
export default defineConfig({
  root: here('.'),
  base: './',
  server: { headers: isolation, fs: { allow: [here('../..')] } },
  preview: { headers: isolation },
  worker: { format: 'es', plugins: () => [selfContainedThreads] },
  optimizeDeps: { rolldownOptions: { plugins: [selfContainedThreads] } },
  build: { target: 'es2022', outDir: here('dist'), emptyOutDir: true, rolldownOptions: { checks: { pluginTimings: false } } },
});
