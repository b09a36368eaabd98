import { describe, expect, it } from 'vitest';
import { type Ablation, ablationDefaults } from '../../../src/runtime/ablation/ablation-file.js';
import type { AblationRow, CellRecord } from '../../../src/runtime/ablation/cell.js';
import { type AblationResults, resultsOf } from '../../../src/runtime/ablation/results.js';
import type { Cell } from '../../../src/runtime/ablation/run-cell.js';
import { asMarkdown, seedsAsCSV } from '../../../src/runtime/ablation/table.js';
import { fsim } from '../../../src/runtime/metrics/fsim.js';
import { psnr } from '../../../src/runtime/metrics/index.js';
import { protocolOf } from '../../../src/runtime/metrics/protocol.js';
import { meanScores, partialCounts, type Scores } from '../../../src/runtime/metrics/results.js';

const rows = ['Base', 'Other'].map(
  (name) => ({ name, cost: { parameters: 1, gmacs: 1, gflops: 1 }, stepLimits: new Map(), notes: [], ir: {} }) as unknown as AblationRow,
);
const heldOut = { pairs: ['a', 'b'].map((name) => ({ name, files: {} })), roles: { input: 'low', truth: 'normal', reduction: 1 } };
const ablation: Ablation = { ...ablationDefaults, metrics: ['psnr', 'fsim'], variants: [], run: 'run.yaml', output: 'out', seeds: [1] };

/** @param outputs scores of the two pairs, for each row in turn. */
function results(input: readonly Scores[], ...outputs: readonly (readonly Scores[])[]): AblationResults {
  const cells = outputs.map((scores, i) => {
    const [counts, inputCounts] = [partialCounts(scores), partialCounts(input)];
    const evaluation = {
      mean: meanScores(scores),
      ...(counts && { counts }),
      input: meanScores(input),
      ...(inputCounts && { inputCounts }),
      images: scores.map((each, j) => ({ name: j === 0 ? 'a' : 'b', width: 8, height: 8, scores: each, input: input[j] as Scores })),
      output: '',
      protocols: Object.fromEntries([psnr, fsim].map(({ name, protocol }) => [name, protocolOf(name, protocol)])),
    };
    const record = { state: 'complete', stages: [], seconds: 1, evaluation } as unknown as CellRecord;
    return { cell: { row: rows[i], seed: 1 } as unknown as Cell, record, state: 'complete' as const };
  });
  return resultsOf(ablation, rows, cells, heldOut, false);
}

describe('the table of an ablation', () => {
  it('has no mean of a metric that is not defined for a picture, since a mean over the others would compare with none', () => {
    const whole = { psnr: 20, fsim: 0.5 };
    const flat = { psnr: 30, fsim: null };
    const found = results([whole, flat], [whole, { psnr: 22, fsim: 0.7 }], [whole, flat]);
    const [other, base] = found.rows;
    expect(base?.metrics.fsim).toMatchObject({ count: 1, mean: 0.6 });
    expect(other?.metrics.fsim).toBeUndefined();
    expect(other?.metrics.psnr).toMatchObject({ mean: 25, difference: { count: 1, mean: 4 } });
    expect(found.input).toEqual({ psnr: 25 });
    expect(found.notes).toEqual([
      'input: FSIM has no mean, as it is not defined for 1 of 2 pictures: b.',
      'Other, seed 1: FSIM has no mean, as it is not defined for 1 of 2 pictures: b.',
    ]);
    const markdown = asMarkdown(found);
    expect(markdown).toMatch(/\n\| input \| {2}\| 25\.00 \| - \|/);
    expect(markdown).toMatch(/\n\| Other \| 1 \| 25\.00 \| - \|/);
    expect(seedsAsCSV(found)).toContain('\nOther,1,25,,');
  });
});
