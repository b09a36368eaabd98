import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';

export const casesFolder = path.resolve(import.meta.dirname, '../cases');

/** Names of the golden cases. */
export const caseNames: readonly string[] = readdirSync(casesFolder, { withFileTypes: true })
  .filter((entry) => entry.isDirectory())
  .map(({ name }) => name)
  .sort();

/** The sources of a case by file name, `input.mfn` first, with the line ends asked for. */
export function readCase(name: string, lineEnd: '\n' | '\r\n' = '\n'): Record<string, string> {
  const read = (file: string): string => readFileSync(path.join(casesFolder, name, file), 'utf8').replaceAll('\n', lineEnd);
  const others = readdirSync(path.join(casesFolder, name)).filter((file) => file.endsWith('.mfn') && file !== 'input.mfn');
  return Object.fromEntries(['input.mfn', ...others.sort()].map((file) => [file, read(file)]));
}
