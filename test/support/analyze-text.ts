import { type AnalyzeResult, analyze, type CompileOptions } from '../../src/compiler/index.js';

/**
 * Analyses sources that lie in memory: the first one, or `main.mfn`, imports others by their names.
 * @param variant a variant of the first source.
 */
export function analyzeText(source: string | Readonly<Record<string, string>>, options?: CompileOptions, variant?: string): AnalyzeResult {
  const files = typeof source === 'string' ? { 'main.mfn': source } : source;
  const host = {
    read: (path: string) => (Object.hasOwn(files, path) ? files[path] : undefined),
    resolve: (_fromPath: string, specifier: string) => specifier.replace(/^\.\//, ''),
  };
  const first = Object.keys(files)[0] ?? 'main.mfn';
  return analyze(variant === undefined ? first : `${first}#${variant}`, host, options);
}
