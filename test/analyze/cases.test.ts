import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import picocolors from 'picocolors';
import { describe, expect, test } from 'vitest';
import { renderDiagnostics } from '../../src/cli/terminal/render-diagnostic.js';
import type { AnalyzeResult } from '../../src/compiler/index.js';
import { verifyIR } from '../../src/compiler/ir/verify-ir.js';
import { analyzeText } from '../support/analyze-text.js';

const folder = path.resolve(import.meta.dirname, '../cases');
/** An IR larger than this says nothing to a reader; what matters of it is tested elsewhere. */
const largestIR = 40_000;

function readCase(name: string, lineEnd: '\n' | '\r\n'): Record<string, string> {
  const read = (file: string): string => readFileSync(path.join(folder, name, file), 'utf8').replaceAll('\n', lineEnd);
  const others = readdirSync(path.join(folder, name)).filter((file) => file.endsWith('.mfn') && file !== 'input.mfn');
  return { 'input.mfn': read('input.mfn'), ...Object.fromEntries(others.map((file) => [file, read(file)])) };
}

const print = ({ diagnostics, sources }: AnalyzeResult): string =>
  diagnostics.length === 0 ? '' : renderDiagnostics(diagnostics, { sources, colors: picocolors.createColors(false) });

/** Compares with the recorded file; `UPDATE=1` records it anew. */
function expectRecorded(name: string, file: string, text: string): void {
  const target = path.join(folder, name, file);
  if (process.env.UPDATE === '1') writeFileSync(target, text);
  expect(text).toBe(existsSync(target) ? readFileSync(target, 'utf8') : '(nothing is recorded; run with UPDATE=1)');
}

describe('golden cases', () => {
  test.each(readdirSync(folder).sort())('%s', (name) => {
    const result = analyzeText(readCase(name, '\n'));
    expectRecorded(name, 'diagnostics.txt', print(result));
    // Without an IR there is a reason: nothing is left out silently.
    if (!result.ir) expect(result.diagnostics.some(({ severity }) => severity === 'error')).toBe(true);
    if (!result.ir) return;
    expect(verifyIR(result.ir)).toEqual([]);
    const text = `${JSON.stringify(result.ir, undefined, 2)}\n`;
    if (text.length <= largestIR) expectRecorded(name, 'ir.json', text);
  });

  test.each(readdirSync(folder).sort())('%s says the same with CRLF', (name) => {
    const lines = print(analyzeText(readCase(name, '\n'))).replaceAll('\r', '');
    expect(print(analyzeText(readCase(name, '\r\n'))).replaceAll('\r', '')).toBe(lines);
  });
});
