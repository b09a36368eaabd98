import { spawnSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { parse } from '../../src/compiler/1-parse/index.js';
import { explanations } from '../../src/compiler/diagnostics/explanations.js';
import { report } from '../../src/compiler/diagnostics/index.js';
import { analyze } from '../../src/compiler/index.js';

const root = fileURLToPath(new URL('../../', import.meta.url));

describe('the generated files', () => {
  it.each(['generate-diagnostics.mjs', 'generate-stdlib.mjs', 'generate-support.mjs'])('%s has nothing to change', (script) => {
    const { status, stderr } = spawnSync(process.execPath, [`${root}scripts/${script}`, '--check'], { encoding: 'utf8' });
    expect(stderr).toBe('');
    expect(status).toBe(0);
  });

  it('has a constructor and an explanation for every message file', () => {
    const files = readdirSync(`${root}src/compiler/diagnostics/messages`).filter((name) => name.startsWith('MFN'));
    expect(explanations.length).toBe(files.length);
    expect(Object.keys(report).sort()).toEqual(explanations.map((explanation) => explanation.name).sort());
  });
});

describe('a diagnostic made by its constructor', () => {
  const span = { file: 'a.mfn', start: 3, end: 5 };

  it('has code, severity, message and the first hint whose parameters are known', () => {
    expect(report.unknownDeclaration({ span, found: '`blok`', candidates: ['block'] })).toEqual({
      code: 'MFN0023',
      severity: 'error',
      message: 'expected a declaration, found `blok`',
      hint: 'did you mean `block`?',
      span,
      related: [],
    });
    expect(report.unknownDeclaration({ span, found: '`3`', candidates: [] }).hint).toMatch(/^a file has `import`/);
  });

  it('takes the hint of its caller where there is one', () => {
    expect(report.sourceEmpty({ span, hint: 'write something' }).hint).toBe('write something');
  });
});

describe('the examples of the explanations', () => {
  const codesOf = (text: string): string[] => {
    const host = {
      read: (path: string) => (path === 'example.mfn' ? text : undefined),
      resolve: (_: string, specifier: string) => specifier,
    };
    // Examples without a model are about what the parser or the names say; that the file has no model is beside their point.
    const { diagnostics } = analyze('example.mfn', host);
    return [...new Set(diagnostics.map((diagnostic) => diagnostic.code))].filter((code) => code !== 'MFN1013');
  };
  const compiled = explanations.filter((explanation) => explanation.wrong.compiled);

  it.each(compiled.map((e) => [e.code, e] as const))('%s: the failing example gives this code', (code, { wrong }) => {
    const codes = code === 'MFN1013' ? analyzeCodes(wrong.text) : codesOf(wrong.text);
    expect(codes).toContain(code);
  });

  it.each(explanations.filter((e) => e.right.compiled).map((e) => [e.code, e] as const))(
    '%s: the mended example gives nothing',
    (_, { right }) => {
      expect(codesOf(right.text)).toEqual([]);
    },
  );

  it('MFN0xxx: each failing example gives its code and no other', () => {
    for (const { code, wrong } of compiled.filter((e) => e.code < 'MFN1')) {
      expect(parse('example.mfn', wrong.text).diagnostics.map((d) => d.code)).toEqual([code]);
    }
  });

  function analyzeCodes(text: string): string[] {
    const host = { read: () => text, resolve: (_: string, specifier: string) => specifier };
    return analyze('example.mfn', host).diagnostics.map((diagnostic) => diagnostic.code);
  }
});
