import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { type Ablation, ablationDefaults } from '../../../src/runtime/ablation/ablation-file.js';
import type { AblationRow, CellRecord } from '../../../src/runtime/ablation/cell.js';
import { pictureColumns } from '../../../src/runtime/ablation/picture-grid.js';
import { type AblationResults, type CellResult, resultsOf } from '../../../src/runtime/ablation/results.js';
import type { Cell } from '../../../src/runtime/ablation/run-cell.js';
import { asMarkdown, seedsAsCSV } from '../../../src/runtime/ablation/table.js';
import { takenAsNow } from '../../../src/runtime/ablation/taken-as-now.js';
import { encodeImage } from '../../../src/runtime/data/index.js';
import { fsim } from '../../../src/runtime/metrics/fsim.js';
import { type Protocol, type Protocols, psnr } from '../../../src/runtime/metrics/index.js';
import { protocolOf } from '../../../src/runtime/metrics/protocol.js';
import { meanScores, partialCounts, type Scores } from '../../../src/runtime/metrics/results.js';
import { syntheticPhotograph } from '../../support/images.js';
import { temporaryFolder } from '../../support/temporary-folder.js';

const rows = ['Base', 'Other'].map(
  (name) => ({ name, cost: { parameters: 1, gmacs: 1, gflops: 1 }, stepLimits: new Map(), notes: [], ir: {} }) as unknown as AblationRow,
);
const heldOut = { pairs: ['a', 'b'].map((name) => ({ name, files: {} })), roles: { input: 'low', truth: 'normal', reduction: 1 } };
const ablation: Ablation = { ...ablationDefaults, metrics: ['psnr', 'fsim'], variants: [], run: 'run.yaml', output: 'out', seeds: [1] };

/** @param outputs scores of the two pairs, for each row in turn. */
function results(input: readonly Scores[], ...outputs: readonly (readonly Scores[])[]): AblationResults {
  return resultsOf(ablation, rows, cellsOf(input, outputs), heldOut, false);
}

const protocols: Protocols = Object.fromEntries([psnr, fsim].map(({ name, protocol }) => [name, protocolOf(name, protocol)]));

function cellsOf(input: readonly Scores[], outputs: readonly (readonly Scores[])[]): CellResult[] {
  return outputs.map((scores, i) => {
    const [counts, inputCounts] = [partialCounts(scores), partialCounts(input)];
    const evaluation = {
      mean: meanScores(scores),
      ...(counts && { counts }),
      input: meanScores(input),
      ...(inputCounts && { inputCounts }),
      images: scores.map((each, j) => ({ name: j === 0 ? 'a' : 'b', width: 8, height: 8, scores: each, input: input[j] as Scores })),
      output: '',
      protocols,
    };
    const record = { state: 'complete', stages: [], seconds: 1, evaluation } as unknown as CellRecord;
    return { cell: { row: rows[i], seed: 1, folder: { pictures: 'none' } } as unknown as Cell, record, state: 'complete' };
  });
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

  const scores = { psnr: 20, fsim: 0.5 };
  const flat = { psnr: 30, fsim: null };

  it('says nothing of metrics that nobody asks for now, whatever they were', () => {
    const { psnr: wanted } = protocols;
    const cells = cellsOf(
      [scores, flat],
      [
        [scores, scores],
        [scores, flat],
      ],
    ).map((cell) => takenAsNow(cell, { psnr: wanted as Protocol }));
    const found = resultsOf({ ...ablation, metrics: ['psnr'] }, rows, cells, heldOut, false);
    expect(found.protocols).toEqual({ psnr: wanted });
    expect(found.notes).toEqual([]);
    expect(cells[1]?.record?.evaluation).toMatchObject({
      mean: { psnr: 25 },
      counts: { psnr: 2 },
      input: { psnr: 25 },
      inputCounts: { psnr: 2 },
    });
  });

  it('has each number of the input from the first cell that has the metric, as the report does', async () => {
    const [first, second] = cellsOf(
      [scores, { psnr: 30, fsim: 0.7 }],
      [
        [scores, scores],
        [scores, scores],
      ],
    ) as [CellResult, CellResult];
    const other = { ...protocols, fsim: protocolOf('fsim', { ...fsim.protocol, peak: 1 }) };
    const found = resultsOf(ablation, rows, [takenAsNow(first, other), second], heldOut, false);
    expect(found.input).toEqual({ psnr: 25, fsim: 0.6 });
    const path = join(temporaryFolder(), 'a.png');
    writeFileSync(path, await encodeImage(syntheticPhotograph(8, 8, 1), 'png'));
    const shown = { ...heldOut, pairs: [{ name: 'a', files: { low: path, normal: path } }] };
    const report = resultsOf({ ...ablation, metrics: ['fsim'] }, rows, [first, takenAsNow(second, other)], shown, false);
    expect((await pictureColumns(report)).map(({ pictures }) => pictures[0]?.caption)).toEqual(['input: FSIM 0.5000']);
    const [bare, lacking] = cellsOf(
      [scores, flat],
      [
        [scores, scores],
        [scores, scores],
      ],
    ) as [CellResult, CellResult];
    const noted = resultsOf(ablation, rows, [takenAsNow(bare, other), lacking], heldOut, false);
    expect(noted.input).toEqual({ psnr: 25 });
    expect(noted.notes).toEqual(['input: FSIM has no mean, as it is not defined for 1 of 2 pictures: b.']);
  });
});
