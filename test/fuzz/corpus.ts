import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { explanations } from '../../src/compiler/diagnostics/explanations.js';

const root = path.resolve(import.meta.dirname, '../..');

function sourcesIn(folder: string): string[] {
  const files = readdirSync(path.join(root, folder), { recursive: true, encoding: 'utf8' });
  return files
    .filter((file) => file.endsWith('.mfn'))
    .sort()
    .map((file) => readFileSync(path.join(root, folder, file), 'utf8'));
}

/** Sources to start from: the shipped models and the library, all cases of the tests, and the examples of the diagnostics. */
export const corpus: readonly string[] = [
  ...['models', 'src/compiler/stdlib', 'examples', 'test/cases', 'test/parse/cases'].flatMap(sourcesIn),
  ...explanations.flatMap(({ wrong, right }) => [wrong.text, right.text]),
];

/** Short ones, that many mutations reach into in little time. */
export const shortCorpus: readonly string[] = corpus.filter((text) => text.length < 1500);

/** All words and symbols of the corpus, each once. */
export const corpusTokens: readonly string[] = [...new Set(corpus.flatMap((text) => text.match(/"[^"\n]*"|\w+|[^\w\s]+|\n/g) ?? []))];
