import { fileURLToPath } from 'node:url';
import { defineConfig, type Plugin } from 'vite';

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));

/** With these a page may share memory between threads; without them wasm runs on one. */
const isolation = { 'Cross-Origin-Opener-Policy': 'same-origin', 'Cross-Origin-Embedder-Policy': 'require-corp' };

/**
 * tfjs starts the threads of its wasm backend from the text of one of its own functions, which names a variable outside of it: unknown to the threads.
 * The function gets a variable of its own; that it is undefined is what the original is where the address of the binary is given, as it is here.
 */
const selfContainedThreads: Plugin = {
  name: 'self-contained-threads',
  transform(code, id) {
    if (!id.endsWith('wasm-out/tfjs-backend-wasm-threaded-simd.js')) return undefined;
    const start = 'function(WasmBackendModuleThreadedSimd) {';
    if (!code.includes(start)) throw new Error('tfjs-backend-wasm has changed: look again at how it starts threads');
    return { code: code.replace(start, `${start} var _scriptDir;`), map: null };
  },
};

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
