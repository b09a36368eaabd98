import type { IR } from '../../../compiler/ir/ir.js';
import { writeWeights } from '../../checkpoint/index.js';
import type { Pair } from '../../data/index.js';
import type { HostTensor } from '../../engines/engine.js';
import type { Enhancer } from '../../enhance/index.js';
import type { Moment } from '../../files/index.js';
import { type Evaluation, evaluatePairs, type PairRoles } from '../../metrics/index.js';
import type { TrainObserver, ValidationRecord } from '../../observe/index.js';
import type { RunFile } from '../run-file/run-file.js';
import { takeSamples } from './samples.js';

/** Pairs of the worst scores that are shown. */
const shownWorst = 6;
/** Largest height and width in which they are shown, in pixels. */
const largestSide = 768;

/** The best validation of a run: when it was, and the mean that decided. */
export interface BestValidation extends Moment {
  readonly metric: RunFile['validation']['best'];
  readonly value: number;
}

/** What is measured, with what, and where the best weights go. */
export interface ValidationPlan {
  readonly ir: IR;
  readonly pairs: readonly Pair[];
  readonly roles: PairRoles;
  /** Metric that decides which weights are the best; more is better. */
  readonly metric: BestValidation['metric'];
  /** Path of the best weights. */
  readonly bestWeights: string;
  readonly enhancer: Enhancer;
  readonly signal: AbortSignal;
  /** Called after each image. */
  readonly measured: (done: number, total: number) => void;
  readonly observers: Required<TrainObserver>;
}

/** Measures a model on the held-out pairs while it is trained, each moment once, and keeps the weights that were best. */
export class Validation {
  private readonly records: ValidationRecord[];

  /** @param earlier what an earlier part of the run measured. */
  constructor(
    private readonly plan: ValidationPlan,
    earlier: readonly ValidationRecord[],
  ) {
    this.records = [...earlier];
  }

  /** Undefined before the first validation. Of equal ones the earliest. */
  get best(): BestValidation | undefined {
    const { metric } = this.plan;
    let best: BestValidation | undefined;
    for (const { stage, step, mean } of this.records) {
      const value = mean[metric] as number;
      if (best === undefined || value > best.value) best = { stage, step, metric, value };
    }
    return best;
  }

  /** What was measured at a moment; undefined where nothing was. */
  at({ stage, step }: Moment): Evaluation | undefined {
    return this.records.find((record) => record.stage === stage && record.step === step);
  }

  /**
   * Measures weights, unless this has been done for the moment. Better weights than all before are written before the record, so that a record never names
   * weights that are not there.
   * @throws the signal's reason once it is aborted; RuntimeFailure, EngineFailure
   */
  async measure(moment: Moment, weights: ReadonlyMap<string, HostTensor>): Promise<Evaluation> {
    const known = this.at(moment);
    if (known !== undefined) return known;
    const { ir, pairs, roles, metric, enhancer, signal, measured, observers, bestWeights } = this.plan;
    enhancer.load(weights);
    const evaluation = await evaluatePairs(
      pairs,
      roles,
      {
        scale: enhancer.scale,
        enhance: (image) => {
          signal.throwIfAborted();
          return enhancer.enhance(image);
        },
      },
      (done) => measured(done, pairs.length),
    );
    const scored = evaluation.images.map(({ scores }, i) => ({ pair: pairs[i] as Pair, score: scores[metric] as number }));
    const ranked = scored.sort((a, b) => a.score - b.score).slice(0, shownWorst);
    const worst = ranked.map(({ pair }) => pair);
    const rows = await takeSamples(worst, roles, enhancer, largestSide);
    const isBest = this.best === undefined || (evaluation.mean[metric] as number) > this.best.value;
    if (isBest) await writeWeights(bestWeights, ir, weights);
    const record = { stage: moment.stage, step: moment.step, metric, ...evaluation };
    this.records.push(record);
    await observers.validated({ ...record, isBest, worst: rows });
    return evaluation;
  }
}
