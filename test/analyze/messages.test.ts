import { describe, expect, test } from 'vitest';
import { explanations } from '../../src/compiler/diagnostics/explanations.js';
import { analyzeText } from '../support/analyze-text.js';

const compiled = explanations.filter(({ code, wrong }) => code >= 'MFN1' && wrong.compiled);

describe('the examples of the reference', () => {
  test.each(compiled.map((entry) => [entry.code, entry] as const))(
    '%s: the first gives exactly this diagnostic, the second none',
    (code, entry) => {
      const found = analyzeText(entry.wrong.text, { requireModel: false }).diagnostics.map((diagnostic) => diagnostic.code);
      expect(found).toEqual([code]);
      const mended = analyzeText(entry.right.text, { requireModel: false }).diagnostics.map(
        ({ code: other, message }) => `${other} ${message}`,
      );
      expect(mended).toEqual([]);
    },
  );
});
