import { join } from 'node:path';
import { matchWeights, readWeights } from '../checkpoint/index.js';
import { encodeImage, type Pair } from '../data/index.js';
import { Enhancer } from '../enhance/index.js';
import { makeFolder, writeFileAtomically } from '../files/index.js';
import { type Evaluation, evaluatePairs, type PairRoles, type ReadyMetric } from '../metrics/index.js';
import { outputFiles } from '../train/index.js';
import type { AblationRow, CellFolder } from './cell.js';

/** Pairs that are held out from all trainings, and what their pictures are. */
export interface HeldOut {
  readonly pairs: readonly Pair[];
  readonly roles: PairRoles;
}

/** How trained networks are measured. */
export interface Measurement {
  readonly metrics: readonly ReadyMetric[];
  /** Enhanced pictures that are kept, from the first pair on. */
  readonly pictures: number;
  readonly signal: AbortSignal;
  /** Called after each pair. */
  readonly measured: (done: number, total: number) => void;
}

/** Measures what a training has made on the held-out pairs and keeps the first enhanced pictures. @throws RuntimeFailure, EngineFailure, the reason of the signal once it is aborted. */
export async function evaluateCell(
  row: AblationRow,
  folder: CellFolder,
  { pairs, roles }: HeldOut,
  measurement: Measurement,
): Promise<Evaluation> {
  const { metrics, pictures, signal, measured } = measurement;
  const weights = matchWeights(await readWeights(outputFiles(folder.run).weights), row.ir);
  const { engine, run } = row;
  const { threads } = run;
  const enhancer = new Enhancer(row.ir, weights, engine, { sources: row.sources, ...(threads !== undefined && { threads }) });
  let count = 0;
  try {
    await makeFolder(folder.pictures);
    return await evaluatePairs(
      pairs,
      roles,
      {
        scale: enhancer.scale,
        enhance: async (image) => {
          signal.throwIfAborted();
          const enhanced = await enhancer.enhance(image);
          count += 1;
          if (count <= pictures) await writeFileAtomically(join(folder.pictures, `${count}.png`), await encodeImage(enhanced, 'png'));
          return enhanced;
        },
      },
      (done) => measured(done, pairs.length),
      metrics,
    );
  } finally {
    await enhancer.dispose();
  }
}
