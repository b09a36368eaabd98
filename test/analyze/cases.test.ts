import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import picocolors from 'picocolors';
import { describe, expect, test } from 'vitest';
import { renderDiagnostics } from '../../src/cli/terminal/render-diagnostic.js';
import { jsonText } from '../../src/compiler/4-emit/json-text.js';
import { type AnalyzeResult, format } from '../../src/compiler/index.js';
import { verifyIR } from '../../src/compiler/ir/verify-ir.js';
import { analyzeText } from '../support/analyze-text.js';
import { FactObserver } from '../support/annotated/analysis-facts.js';
import { annotate, type Fact, joinAnnotated } from '../support/annotated/annotate.js';
import { withPlaceTexts } from '../support/annotated/place-texts.js';
import { tokenFacts } from '../support/annotated/token-facts.js';
import { caseNames, casesFolder, readCase } from '../support/cases.js';

/** An IR larger than this says nothing to a reader; what matters of it is tested elsewhere. */
const largestIR = 40_000;

/** A case and what the compiler makes of it. */
interface Reading {
  readonly sources: Readonly<Record<string, string>>;
  readonly result: AnalyzeResult;
  readonly observer: FactObserver;
}

function readingOf(name: string, lineEnd: '\n' | '\r\n'): Reading {
  const sources = readCase(name, lineEnd);
  const observer = new FactObserver(sources);
  return { sources, observer, result: analyzeText(sources, { observer }) };
}

/** All files of a case with facts below their lines; undefined where there are no facts at all. */
function annotated({ sources }: Reading, factsOf: (file: string, text: string) => readonly Fact[]): string | undefined {
  const facts = Object.entries(sources).map(([file, text]) => [file, text, factsOf(file, text)] as const);
  if (facts.every(([, , found]) => found.length === 0)) return undefined;
  return joinAnnotated(new Map(facts.map(([file, text, found]) => [file, annotate(text, found)])));
}

/** What is recorded of each phase, by the name of the file; undefined where a case has nothing of the kind. */
const phases: Readonly<Record<string, (reading: Reading) => string | undefined>> = {
  'tokens.txt': (reading) => annotated(reading, tokenFacts),
  'symbols.txt': (reading) => annotated(reading, (file) => reading.observer.symbolFacts(file)),
  'shapes.txt': (reading) => annotated(reading, (file) => reading.observer.shapeFacts(file)),
  'diagnostics.txt': ({ result: { diagnostics, sources } }) =>
    diagnostics.length === 0 ? '' : renderDiagnostics(diagnostics, { sources, colors: picocolors.createColors(false) }),
  'formatted.txt': ({ sources }) => {
    const texts = Object.entries(sources).map(([file, text]) => [file, format(file, text).text] as const);
    if (texts.every(([, text]) => text === undefined)) return undefined;
    return joinAnnotated(new Map(texts.map(([file, text]) => [file, text?.trimEnd() ?? '(it has syntax errors)'])));
  },
  'ir.json': ({ sources, result: { ir } }) => {
    const text = ir && jsonText(withPlaceTexts(ir, sources));
    return text && text.length <= largestIR ? text : undefined;
  },
};

/** Compares with the recorded file, or demands that there is none; `UPDATE=1` records it anew. */
function expectRecorded(name: string, file: string, text: string | undefined): void {
  const target = path.join(casesFolder, name, file);
  if (process.env.UPDATE === '1') {
    if (text === undefined) rmSync(target, { force: true });
    else writeFileSync(target, text);
  }
  const recorded = existsSync(target) ? readFileSync(target, 'utf8') : undefined;
  if (text !== undefined && recorded === undefined) expect.fail(`${file} is not recorded; run with UPDATE=1`);
  expect(recorded).toBe(text);
}

describe.each(caseNames)('the case %s', (name) => {
  const reading = readingOf(name, '\n');
  const withCRLF = readingOf(name, '\r\n');

  test.each(Object.keys(phases))('%s is as recorded', (file) => {
    expectRecorded(name, file, phases[file]?.(reading));
  });

  test.each(Object.keys(phases))('%s is the same with CRLF', (file) => {
    expect(phases[file]?.(withCRLF)?.replaceAll('\r', '')).toBe(phases[file]?.(reading));
  });

  test('the IR is valid; without one there is an error', () => {
    const { ir, diagnostics } = reading.result;
    if (ir) expect(verifyIR(ir)).toEqual([]);
    else expect(diagnostics.some(({ severity }) => severity === 'error')).toBe(true);
  });

  test('holds nothing but sources that are read and what is recorded of them', () => {
    const known = [...reading.result.sources.keys(), ...Object.keys(phases)];
    expect(readdirSync(path.join(casesFolder, name)).filter((file) => !known.includes(file))).toEqual([]);
  });
});
