import { describe, expect, it } from 'vitest';
import { requireIR } from '../../../src/cli/analyze-file.js';
import { emitIR } from '../../../src/compiler/4-emit/ir/index.js';
import { verifyIR } from '../../../src/compiler/ir/verify-ir.js';

describe.each(['models/drgn.mfn', 'models/lw-drgn.mfn'])('the IR of %s as JSON', (file) => {
  const { ir } = requireIR(file);
  const text = emitIR(ir);

  it('holds the whole IR', () => {
    expect(JSON.parse(text)).toEqual(JSON.parse(JSON.stringify(ir)));
  });

  it('is valid when it is read back', () => {
    expect(verifyIR(JSON.parse(text))).toEqual([]);
  });

  it('is the same text each time', () => {
    expect(emitIR(requireIR(file).ir)).toBe(text);
  });

  it('breaks lines only where they would be too long', () => {
    const tooLong = text.split('\n').filter((line) => line.length > 141 && !/^\s*("[^"]*": )?"(?:[^"\\]|\\.)*",?$/.test(line));
    expect(tooLong).toEqual([]);
  });
});
