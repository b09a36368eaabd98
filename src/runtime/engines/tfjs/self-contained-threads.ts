/** What is used here of a plugin of Rollup or Vite. */
export interface BundlerPlugin {
  readonly name: string;
  transform(code: string, id: string): { readonly code: string; readonly map: null } | undefined;
}

/**
 * Plugin of Vite and Rollup for pages that run tfjs's wasm backend on several threads. tfjs starts them from the text of one of its own functions, which names
 * a variable outside of it: unknown to the threads, which then never start. The function gets a variable of its own; that it is undefined is what the original
 * is where the address of the binary is given.
 */
export const selfContainedThreads: BundlerPlugin = {
  name: 'self-contained-threads',
  transform(code, id) {
    if (!id.endsWith('wasm-out/tfjs-backend-wasm-threaded-simd.js')) return undefined;
    const start = 'function(WasmBackendModuleThreadedSimd) {';
    if (!code.includes(start)) throw new Error('tfjs-backend-wasm has changed: look again at how it starts threads');
    return { code: code.replace(start, `${start} var _scriptDir;`), map: null };
  },
};
