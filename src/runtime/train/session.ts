import { join } from 'node:path';
import type { TrainStep } from '../../compiler/3-lower/index.js';
import type { Stage, Training } from '../../compiler/ir/ir.js';
import { checkpointName, type TrainingCheckpoint, writeWeights } from '../checkpoint/index.js';
import type { Loader, Pair, SampleRoles } from '../data/index.js';
import type { HostTensor } from '../engines/engine.js';
import { Enhancer } from '../enhance/index.js';
import { type Moment, readText, writeFileAtomically } from '../files/index.js';
import type { Evaluation } from '../metrics/index.js';
import { joinObservers, type TrainEnd, type TrainObserver } from '../observe/index.js';
import { ReportWriter } from '../report/index.js';
import { TensorBoardEvents } from '../tensorboard/index.js';
import { explainStepFailure } from './diagnosis/step-failure.js';
import { Inspection } from './inspection/inspection.js';
import type { CheckpointWriter } from './output/checkpoint-writer.js';
import type { OutputFolder } from './output/output-folder.js';
import { SampleFiles, ValidationFiles } from './output/picture-files.js';
import type { RunRecordFile } from './output/run-record.js';
import { TrainingLog } from './output/training-log.js';
import { withAverages } from './stage/averages.js';
import { stepSizes } from './stage/lower-stages.js';
import { expectedMemory, measuredMemory } from './stage/memory-check.js';
import { requireSameCursors, stageBatches } from './stage/stage-batches.js';
import { StageRun, type StepResult, waitingTime } from './stage/stage-run.js';
import { stepsAllowed } from './stage/step-limit.js';
import type { TrainOutcome, TrainRequest } from './train-request.js';

/** The pictures of a training, checked. */
interface Pictures {
  readonly loader: Loader;
  readonly validation: readonly Pair[];
  readonly roles: SampleRoles;
}

/** What is settled before the first step. */
export interface SessionPlan {
  readonly request: TrainRequest;
  readonly training: Training;
  readonly folder: OutputFolder;
  readonly threads: number;
  /** Of the stages that are still to run, by name. */
  readonly trainSteps: ReadonlyMap<string, TrainStep>;
  readonly pictures: Pictures;
  readonly checkpoints: CheckpointWriter;
  readonly record: RunRecordFile;
  /** All weights before the first step. */
  readonly start: ReadonlyMap<string, HostTensor>;
  /** What a resumed training goes on from. */
  readonly from: TrainingCheckpoint | undefined;
}

const largestConfig = 2 ** 20;

/** A training while it runs: the weights between stages, and what is written when. */
export class Session {
  private weights: Map<string, HostTensor>;

  constructor(private readonly plan: SessionPlan) {
    this.weights = new Map(plan.start);
  }

  /**
   * Trains the stages that are still to run, one after the other.
   * @throws RuntimeFailure, EngineFailure; of an aborted signal the running step is finished, and the outcome says so.
   */
  async run(): Promise<TrainOutcome> {
    const { ir, sources, engine, signal } = this.plan.request;
    const { stages } = this.plan.training;
    const first = this.plan.from === undefined ? 0 : stages.findIndex(({ name }) => name === this.plan.from?.stage);
    const enhancer = new Enhancer(ir, this.weights, engine, {
      ...this.engineOptions(),
      ...(sources === undefined ? {} : { sources }),
      changingWeights: true,
    });
    const { observers, inspection } = await this.openObservers(first, enhancer);
    let end: TrainEnd = 'failed';
    let position = { stage: this.plan.from?.stage ?? stages[0]?.name ?? '', step: this.plan.from?.step ?? 0 };
    try {
      for (const stage of stages.slice(first)) {
        const resumed = this.plan.from?.stage === stage.name ? this.plan.from : { step: 0, states: new Map<string, HostTensor>() };
        const step = await this.runStage(stage, resumed, observers, inspection);
        if (step > 0) position = { stage: stage.name, step };
        signal.throwIfAborted();
      }
      await writeWeights(this.plan.folder.weights, ir, this.weights);
      const evaluation = await inspection.measure(position, this.weights);
      if (evaluation !== undefined) await writeFileAtomically(this.plan.folder.metrics, `${JSON.stringify(evaluation, null, 2)}\n`);
      end = 'complete';
      return { ...this.outcome(position, inspection), ...(evaluation && { validation: summaryOf(evaluation) }) };
    } catch (error) {
      if (!signal.aborted || error !== signal.reason) throw error;
      end = 'interrupted';
      return { ...this.outcome(position, inspection), interrupted: true };
    } finally {
      await observers.ended(end);
      await observers.close();
      await enhancer.dispose();
    }
  }

  private outcome(position: Moment, { best }: Inspection): TrainOutcome {
    return { folder: this.plan.folder, interrupted: false, ...position, ...(best && { best }) };
  }

  /** All that follows the training; what files of an interrupted run hold beyond its checkpoint is cut off. @param first index of the first stage to run. */
  private async openObservers(
    first: number,
    enhancer: Enhancer,
  ): Promise<{ readonly observers: Required<TrainObserver>; readonly inspection: Inspection }> {
    const { folder, request, pictures, record } = this.plan;
    const { ir, run, signal, reporter } = request;
    const keep = ({ stage, step }: Moment) => this.isDone(stage, step, first);
    const log = await TrainingLog.open(folder.log, keep);
    const samples = await SampleFiles.open(folder, keep);
    const validations = await ValidationFiles.open(folder, keep);
    const config = await readText(folder.config, largestConfig);
    const events = await TensorBoardEvents.open({ folder: folder.path, done: log.earlier, config });
    const note = (line: string) => reporter.note(line);
    // The report comes last, as it is made of what the others have written.
    const observers = joinObservers([log, samples, validations, events, record, reporter, new ReportWriter(folder, note)]);
    const [source] = pictures.loader.sources;
    const inspection = new Inspection({
      ir,
      run,
      shown: pictures.validation.length > 0 ? pictures.validation : (source?.samples ?? []),
      validation: pictures.validation,
      roles: pictures.roles,
      bestWeights: folder.bestWeights,
      enhancer,
      signal,
      measured: (done, total) => reporter.validating(done, total),
      observers,
      earlier: { samples: samples.earlier, validations: validations.earlier },
    });
    return { observers, inspection };
  }

  /** Whether the step of a log line is part of what the checkpoint holds. */
  private isDone(stage: string, step: number, first: number): boolean {
    if (this.plan.from === undefined) return false;
    const position = this.plan.training.stages.findIndex(({ name }) => name === stage);
    return position >= 0 && (position < first || (position === first && step <= this.plan.from.step));
  }

  /** Runs a stage to its end or to the first step after an interruption. @returns the steps that are done. */
  private async runStage(
    stage: Stage,
    from: { readonly step: number; readonly states: ReadonlyMap<string, HostTensor> },
    observers: Required<TrainObserver>,
    inspection: Inspection,
  ): Promise<number> {
    const { ir, engine, run, reporter, signal, maxSteps } = this.plan.request;
    const { length, readBy } = stageBatches(ir, this.plan.training, stage, run.seed, this.plan.pictures.loader);
    const last = Math.min(length, stepsAllowed(maxSteps, stage.name));
    const inspect = (step: number, weights: () => Promise<ReadonlyMap<string, HostTensor>>) =>
      unlessAborted(signal, () => inspection.inspect({ stage: stage.name, step }, last, weights));
    // An interruption may have come between a checkpoint and what was to be looked at after it.
    if (from.step > 0) await inspect(from.step, async () => withAverages(this.weights, from.states));
    if (from.step >= last) {
      this.weights = withAverages(this.weights, from.states);
      return from.step;
    }
    const trainStep = this.plan.trainSteps.get(stage.name) as TrainStep;
    const expected = expectedMemory(engine.name, trainStep);
    if (expected !== undefined) reporter.note(`stage ${stage.name}: ${expected}`);
    await observers.stageStarted(stage.name, from.step, last);
    const batches = readBy(trainStep, from.step, last);
    requireSameCursors(this.plan.from, stage.name, batches);
    const heldBefore = process.memoryUsage().rss;
    const explain = async (error: unknown, stageRun?: StageRun): Promise<never> => {
      throw await explainStepFailure(error, {
        request: this.plan.request,
        folder: this.plan.folder.path,
        threads: this.plan.threads,
        sizes: stepSizes(this.plan.request, this.plan.training),
        stage: stage.name,
        step: (stageRun ?? from).step + 1,
        trainStep,
        batches,
        heldBefore,
        weights: this.weights,
        stageRun,
        save: async () => {
          if (stageRun !== undefined) await this.save(stageRun, observers);
          return join(this.plan.folder.checkpoints, checkpointName({ stage: stage.name, step: (stageRun ?? from).step }));
        },
      });
    };
    const start = { ...from, weights: this.weights };
    const starting = StageRun.start(stage.name, trainStep, batches, engine, this.plan.threads || undefined, start);
    const stageRun = await starting.catch((error) => explain(error));
    try {
      while (stageRun.step < last && !signal.aborted) {
        const result = await stageRun.advance().catch((error) => explain(error, stageRun));
        await this.record(stage.name, result, observers);
        const isSaved = result.step >= last || result.step % run.checkpoint.every === 0 || inspection.isValidated(result.step, last);
        if (isSaved) await this.save(stageRun, observers);
        await inspect(result.step, () => this.averagedWeights(stageRun));
        // Engines may compute without ever yielding; signals and timers are served here.
        await new Promise((resolve) => setImmediate(resolve));
      }
      if (signal.aborted) await this.save(stageRun, observers);
      if (stageRun.step >= last) this.weights = await this.averagedWeights(stageRun);
      await observers.stageEnded(stage.name);
      if (expected !== undefined) reporter.note(`stage ${stage.name}: ${measuredMemory()}`);
      reporter.note(`stage ${stage.name}: ${waitingTime(stageRun.time)}`);
      return stageRun.step;
    } finally {
      await stageRun.dispose();
    }
  }

  private async record(
    stage: string,
    { step, losses, rate, seconds, waiting }: StepResult,
    observers: Required<TrainObserver>,
  ): Promise<void> {
    const rounded = (value: number) => Math.round(value * 1e4) / 1e4;
    const record = { stage, step, losses, rate, seconds: rounded(seconds), waiting: rounded(waiting) };
    await observers.stepDone(record, this.plan.training.batch / seconds);
  }

  /**
   * Writes the weights and a checkpoint of where a stage stands, where there is none yet. What was logged and the weights reach the disk first, so that neither
   * is ever behind the checkpoint that a run goes on from. The checkpoint holds the weights beside their averages.
   */
  private async save(stageRun: StageRun, observers: Required<TrainObserver>): Promise<void> {
    const { checkpoints, folder, request } = this.plan;
    if (checkpoints.has(stageRun)) return;
    const { weights, states } = await stageRun.read();
    this.weights = new Map([...this.weights, ...weights]);
    await observers.flush();
    await writeWeights(folder.weights, request.ir, withAverages(this.weights, states));
    await checkpoints.write(stageRun, this.weights, states);
  }

  /** What a stage gives: its averages, where it keeps some. */
  private async averagedWeights(stageRun: StageRun): Promise<Map<string, HostTensor>> {
    const { weights, states } = await stageRun.read();
    return withAverages(new Map([...this.weights, ...weights]), states);
  }

  private engineOptions() {
    return this.plan.threads > 0 ? { threads: this.plan.threads } : {};
  }
}

const summaryOf = ({ mean, images }: Evaluation) => ({ psnr: mean.psnr as number, ssim: mean.ssim as number, images: images.length });

/** Does something that an aborted signal may end early, which is no failure. */
async function unlessAborted(signal: AbortSignal, work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch (error) {
    if (!signal.aborted || error !== signal.reason) throw error;
  }
}
