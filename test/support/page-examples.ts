import type { Example } from '../../src/compiler/diagnostics/explanations.js';

/** The files of a source on a diagnostic's page: the line `// name.mfn` stands above each where there are several. The first one is checked. */
export function filesOf({ text }: Pick<Example, 'text'>): Record<string, string> {
  const parts = text.split(/^\/\/ (\S+\.mfn)\n/m);
  if (parts.length === 1) return { 'example.mfn': text };
  const files: Record<string, string> = {};
  for (let i = 1; i < parts.length; i += 2) files[parts[i] ?? ''] = parts[i + 1] ?? '';
  return files;
}
