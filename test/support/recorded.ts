import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { expect } from 'vitest';

/** Compares with a recorded file; `UPDATE=1` records it anew. */
export function expectRecorded(path: string, text: string): void {
  if (process.env.UPDATE === '1') writeFileSync(path, text);
  expect(text).toBe(existsSync(path) ? readFileSync(path, 'utf8') : '(nothing is recorded; run with UPDATE=1)');
}
