import { describe, expect, test } from 'vitest';
import { analyze } from '../../src/compiler/index.js';
import { analyzeText } from '../support/analyze-text.js';

const codes = (...args: Parameters<typeof analyzeText>): string[] => analyzeText(...args).diagnostics.map(({ code }) => code);

describe('modules', () => {
  test('a source that cannot be read is one error', () => {
    const { diagnostics, ir } = analyze('nowhere.mfn', { read: () => undefined, resolve: (_from, specifier) => specifier });
    expect(diagnostics.map(({ code, message }) => `${code} ${message}`)).toEqual(['MFN0001 cannot read `nowhere.mfn`: no such file']);
    expect(ir).toBeUndefined();
  });

  test('the standard library never reaches the host', () => {
    const asked: string[] = [];
    const host = {
      read: (path: string) => {
        asked.push(path);
        return 'mfn 1\nimport { l1 } from "std/losses"\nfunction twice(a: tensor, b: tensor) = 2 * l1(a, b)\n';
      },
      resolve: (_from: string, specifier: string) => specifier,
    };
    expect(analyze('main.mfn', host, { requireModel: false }).diagnostics).toEqual([]);
    expect(asked).toEqual(['main.mfn']);
  });

  test('a file without a model is an error where one is needed', () => {
    const library = 'mfn 1\nlet width = 16\n';
    expect(codes(library)).toEqual(['MFN1013']);
    expect(codes(library, { requireModel: false })).toEqual([]);
  });

  test('a ring of imports is reported once, with the ring', () => {
    const files = {
      'main.mfn': 'mfn 1\nimport { a } from "./a.mfn"\nlet x = a\n',
      'a.mfn': 'mfn 1\nimport { b } from "./b.mfn"\nlet a = b\n',
      'b.mfn': 'mfn 1\nimport { a } from "./a.mfn"\nlet b = a\n',
    };
    const { diagnostics } = analyzeText(files, { requireModel: false });
    expect(diagnostics.map(({ code, message }) => `${code} ${message}`)).toEqual([
      'MFN1007 these modules import each other: a.mfn -> b.mfn -> a.mfn',
    ]);
  });

  test('a module that two files import is read once and its mistakes are told once', () => {
    const files = {
      'main.mfn': 'mfn 1\nimport { a } from "./a.mfn"\nimport { c } from "./c.mfn"\nlet x = a + c\n',
      'a.mfn': 'mfn 1\nimport { c } from "./c.mfn"\nlet a = c\n',
      'c.mfn': 'mfn 1\nlet c = 1 / 0\n',
    };
    expect(codes(files, { requireModel: false })).toEqual(['MFN2012']);
  });
});
