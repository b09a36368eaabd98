import type { Precision } from '../../../compiler/3-lower/index.js';
import type { IR } from '../../../compiler/ir/ir.js';
import type { Pair, SampleRoles } from '../../data/index.js';
import type { HostTensor } from '../../engines/engine.js';
import type { Enhancer } from '../../enhance/index.js';
import type { Moment } from '../../files/index.js';
import type { Evaluation } from '../../metrics/index.js';
import type { TrainObserver, ValidationRecord } from '../../observe/index.js';
import type { RunFile } from '../run-file/run-file.js';
import { takeSamples } from './samples.js';
import { type BestValidation, Validation } from './validation.js';

/** What is said of a training whose steps are computed otherwise than what is looked at. @param precision of the steps. */
export function precisionNotes(precision: Precision): string[] {
  if (precision === 'float32') return [];
  return [
    `steps are computed in ${precision}, samples and validation in float32, from the float32 weights; \`mfnc evaluate --precision ${precision}\` measures them in ${precision}`,
  ];
}

/** Largest height and width of a sample, in pixels. */
const largestSide = 384;

/** What is looked at, with what, and what an earlier part of the run has looked at. */
export interface InspectionPlan {
  readonly ir: IR;
  readonly run: RunFile;
  /** Pairs, or single images, that are shown. */
  readonly shown: readonly Pair[];
  /** Pairs held out. */
  readonly validation: readonly Pair[];
  readonly roles: SampleRoles;
  /** Path of the weights of the best validation. */
  readonly bestWeights: string;
  readonly enhancer: Enhancer;
  readonly signal: AbortSignal;
  /** Called after each image that is measured. */
  readonly measured: (done: number, total: number) => void;
  readonly observers: Required<TrainObserver>;
  readonly earlier: { readonly samples: readonly Moment[]; readonly validations: readonly ValidationRecord[] };
}

/**
 * Looks at the model while it is trained: takes samples and measures the pairs held out, each moment once, also where an interruption came between a
 * checkpoint and its samples.
 */
export class Inspection {
  private readonly validation: Validation | undefined;

  constructor(private readonly plan: InspectionPlan) {
    const { run, roles, validation: pairs, earlier, ...shared } = plan;
    const { truth } = roles;
    if (truth !== undefined && pairs.length > 0)
      this.validation = new Validation({ ...shared, pairs, roles: { ...roles, truth }, metric: run.validation.best }, earlier.validations);
  }

  /** The best validation so far. */
  get best(): BestValidation | undefined {
    return this.validation?.best;
  }

  /** Whether the pairs held out are to be measured after a step. @param last steps of the stage. */
  isValidated(step: number, last: number): boolean {
    return this.validation !== undefined && (step >= last || step % this.plan.run.validation.every === 0);
  }

  /**
   * Does what is due after a step of a stage and has not been done.
   * @param weights reads the weights; called once, if anything is due. @throws the signal's reason once it is aborted; RuntimeFailure, EngineFailure
   */
  async inspect(moment: Moment, last: number, weights: () => Promise<ReadonlyMap<string, HostTensor>>): Promise<void> {
    const { run, signal } = this.plan;
    const isSampled = run.samples.count > 0 && (moment.step >= last || moment.step % run.samples.every === 0) && !this.hasSamples(moment);
    const isValidated = this.isValidated(moment.step, last) && this.validation?.at(moment) === undefined;
    if (!isSampled && !isValidated) return;
    signal.throwIfAborted();
    const present = await weights();
    if (isSampled) await this.sample(moment, present);
    if (isValidated) await this.measure(moment, present);
  }

  /** Measures the pairs held out, unless this has been done for the moment. @returns undefined where there are none. */
  async measure(moment: Moment, weights: ReadonlyMap<string, HostTensor>): Promise<Evaluation | undefined> {
    return this.validation?.measure(moment, weights);
  }

  private hasSamples({ stage, step }: Moment): boolean {
    return this.plan.earlier.samples.some((earlier) => earlier.stage === stage && earlier.step === step);
  }

  private async sample({ stage, step }: Moment, weights: ReadonlyMap<string, HostTensor>): Promise<void> {
    const { enhancer, shown, roles, observers, run } = this.plan;
    enhancer.load(weights);
    const rows = await takeSamples(shown.slice(0, run.samples.count), roles, enhancer, largestSide);
    if (rows.length > 0) await observers.sampled({ stage, step, rows });
  }
}
