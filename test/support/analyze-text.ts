import { type AnalyzeResult, analyze, type CompileOptions } from '../../src/compiler/index.js';

/** Analyses sources that lie in memory: the first one, or `main.mfn`, imports others by their names. */
export function analyzeText(source: string | Readonly<Record<string, string>>, options?: CompileOptions): AnalyzeResult {
  const files = typeof source === 'string' ? { 'main.mfn': source } : source;
  const host = {
    read: (path: string) => (Object.hasOwn(files, path) ? files[path] : undefined),
    resolve: (_fromPath: string, specifier: string) => specifier.replace(/^\.\//, ''),
  };
  return analyze(Object.keys(files)[0] ?? 'main.mfn', host, options);
}
