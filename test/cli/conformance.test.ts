import { describe, expect, it } from 'vitest';
import { requireIR } from '../../src/cli/analyze-file.js';
import { conformanceOf, formatConformance } from '../../src/cli/conformance.js';

function rowsOf(file: string, settings?: Record<string, number>) {
  const { ir } = requireIR(file, settings === undefined ? {} : { settings });
  const conformance = conformanceOf(ir);
  expect(conformance).toBeDefined();
  return conformance?.rows ?? [];
}

function row(file: string, name: string, settings?: Record<string, number>) {
  return rowsOf(file, settings).find((candidate) => candidate.name.startsWith(name));
}

describe.each(['models/drgn.mfn', 'models/lw-drgn.mfn'])('%s', (file) => {
  it('agrees with every published figure', () => {
    expect(rowsOf(file).filter((candidate) => !candidate.agrees)).toEqual([]);
  });

  it('ties every figure to its place in the paper and to an assumption', () => {
    for (const { source, assumption } of rowsOf(file)) {
      expect(source).toMatch(/^(Table|Sec\.|eq\.) \d/);
      expect(assumption.length).toBeGreaterThan(10);
    }
  });
});

describe('our figures', () => {
  it('are those of Table 2 within a thousandth', () => {
    expect(row('models/drgn.mfn', 'parameters')).toMatchObject({ published: '4.773 M', ours: '4.774768 M', difference: '+0.04 %' });
    expect(row('models/drgn.mfn', 'GFLOPs')).toMatchObject({ published: '110.59', difference: '+0.01 %' });
    expect(row('models/lw-drgn.mfn', 'parameters')).toMatchObject({ published: '0.660 M', ours: '0.660486 M' });
  });

  it('come from the compiled source, so a changed setting shows', () => {
    expect(row('models/drgn.mfn', 'lambda', { 'refinement.lambda': 0 })).toMatchObject({ ours: '0', agrees: false });
    expect(row('models/drgn.mfn', 'batch', { batch: 8 })).toMatchObject({ ours: '8', agrees: false });
  });

  it('include the penalty coefficient of the losses', () => {
    expect(row('models/drgn.mfn', 'epsilon')).toMatchObject({ published: '0.001', ours: '0.001', difference: 'equal' });
  });
});

describe('the printed comparison', () => {
  it('shows both figures and the reading', () => {
    const conformance = conformanceOf(requireIR('models/drgn.mfn').ir);
    const text = conformance === undefined ? '' : formatConformance(conformance);
    expect(text).toMatch(/parameters\s+4\.773 M\s+4\.774768 M\s+\+0\.04 %\s+Table 2\s+our choice/);
    expect(text).toContain('110.59');
  });
});
