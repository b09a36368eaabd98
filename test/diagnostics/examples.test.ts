import { describe, expect, it } from 'vitest';
import { parse } from '../../src/compiler/1-parse/index.js';
import { emitTypeScript } from '../../src/compiler/4-emit/typescript/index.js';
import { type Example, type Explanation, explanations } from '../../src/compiler/diagnostics/explanations.js';
import { runCommand } from '../cli/command-result.js';
import { analyzeText } from '../support/analyze-text.js';
import { filesOf } from '../support/page-examples.js';

/** Codes that an example gives, in the phase that the code belongs to. */
async function codesOf({ code }: Explanation, example: Example): Promise<string[]> {
  const files = filesOf(example);
  if (code < 'MFN1') return parse('example.mfn', example.text).diagnostics.map((diagnostic) => diagnostic.code);
  // Examples are small and mostly have no model; that the file has none matters for one code only.
  const { ir, diagnostics, modules, sources } = analyzeText(files, { requireModel: code === 'MFN1013' });
  const codes = diagnostics.map((diagnostic) => diagnostic.code);
  if (code < 'MFN5' || !ir) return codes;
  const translated = await emitTypeScript({ ir, modules, sources, version: '1', sourceHash: '' });
  return [...codes, ...translated.diagnostics.map((diagnostic) => diagnostic.code)];
}

const withKind = (kind: Example['kind']): [string, Explanation][] =>
  explanations.filter(({ wrong, right }) => wrong.kind === kind || right.kind === kind).map((entry) => [entry.code, entry]);

describe('the examples of the pages', () => {
  it.each(withKind('source'))('%s: the first gives exactly this diagnostic, the second none', async (code, entry) => {
    const found = await codesOf(entry, entry.wrong);
    // Only the mistakes that are cut off make these.
    if (code === 'MFN0009' || code === 'MFN2050') expect(found.at(-1)).toBe(code);
    else expect([...new Set(found)]).toEqual([code]);
    expect(await codesOf(entry, entry.right)).toEqual([]);
  });

  it.each(withKind('command'))('%s: the first command gives it, the second succeeds', async (code, { wrong, right }) => {
    const commandOf = ({ text }: Example): string[] => text.trim().split(' ').slice(1);
    const { code: exitCode, stderr } = await runCommand(...commandOf(wrong));
    expect([exitCode, [...stderr.matchAll(/: error (MFN\d{4}): /g)].at(-1)?.[1]]).toEqual([2, code]);
    expect((await runCommand(...commandOf(right))).code).toBe(0);
  });
});
