import { averageName, type TrainStep } from '../../../compiler/3-lower/index.js';
import type { DataCursor } from '../../checkpoint/index.js';
import type { Batches } from '../../data/index.js';
import type { Engine, Executable, HostTensor } from '../../engines/engine.js';
import type { BatchOrigin } from './batch-origin.js';
import { lossesOf, requireFinite } from './finite-check.js';

/** The batches of every stream that a stage reads. */
export interface BatchSource extends Batches {
  /** Pass over the first source in which batch number `step` starts. */
  epochOf(step: number): number;
  /** Where batch number `step` begins in each source. */
  cursors(step: number): DataCursor[];
  /** What batch number `step` is cut from in each source, without reading it. */
  origins(step: number): BatchOrigin[];
}

/** What one step gave. */
export interface StepResult {
  /** Steps of the stage that are done, from 1. */
  readonly step: number;
  readonly losses: Record<string, number>;
  readonly rate: number;
  readonly seconds: number;
  /** Seconds of these in which nothing was computed, because the batch was not ready. */
  readonly waiting: number;
}

/** Weights and moments of a stage by name. */
export interface StageValues {
  readonly weights: Map<string, HostTensor>;
  readonly states: Map<string, HostTensor>;
}

/** A step that was computed without its counting. */
export interface ExaminedStep {
  readonly losses: Record<string, number>;
  readonly rate: number;
  readonly batch: ReadonlyMap<string, HostTensor>;
  readonly before: StageValues;
  /** Of what the step changes. */
  readonly after: StageValues;
}

/** Names of the Program's inputs of a role. */
export function inputNames(
  { program }: { readonly program: TrainStep['program'] },
  role: 'data' | 'parameter' | 'state' | 'scalar',
): string[] {
  return program.inputs.filter((input) => input.role === role).map(({ name }) => name);
}

/** A stage of a training while it runs: its train step on an engine, and how many steps are done. */
export class StageRun {
  private spent = { steps: 0, seconds: 0, waiting: 0 };

  private constructor(
    readonly stage: string,
    private readonly trainStep: TrainStep,
    private readonly batches: BatchSource,
    private readonly executable: Executable,
    private done: number,
  ) {}

  /**
   * Compiles a stage's train step and loads weights and states.
   * @param weights all weights of the run by path. @param states moments and averages to go on from. Where they are not given, moments are zeros and averages copies
   * of their weights.
   * @throws EngineFailure
   */
  static async start(
    stage: string,
    trainStep: TrainStep,
    batches: BatchSource,
    engine: Engine,
    threads: number | undefined,
    from: { readonly step: number; readonly weights: ReadonlyMap<string, HostTensor>; readonly states: ReadonlyMap<string, HostTensor> },
  ): Promise<StageRun> {
    const executable = await engine.compile(trainStep.program, threads === undefined ? {} : { threads });
    const { program } = trainStep;
    executable.write('parameter', new Map(inputNames(trainStep, 'parameter').map((name) => [name, from.weights.get(name) as HostTensor])));
    const copies = new Map(trainStep.averaged.map((path) => [averageName(path), from.weights.get(path)]));
    const states = program.inputs
      .filter(({ role }) => role === 'state')
      .map(({ name, tensor }) => [name, from.states.get(name) ?? copies.get(name) ?? zeros(program.tensors[tensor]?.shape ?? [])] as const);
    executable.write('state', new Map(states));
    return new StageRun(stage, trainStep, batches, executable, from.step);
  }

  /** Steps that are done. */
  get step(): number {
    return this.done;
  }

  /** Steps of this process, the seconds that they took, and those of them in which a batch was waited for. */
  get time(): { readonly steps: number; readonly seconds: number; readonly waiting: number } {
    return this.spent;
  }

  /**
   * Runs one step.
   * @throws RuntimeFailure when a picture cannot be read. NonFiniteStep for a loss, weight or moment that is no finite number: the stage then stands where it stood. EngineFailure.
   */
  async advance(): Promise<StepResult> {
    const started = performance.now();
    const step = this.done;
    const data = await this.batches.batch(step);
    const waiting = (performance.now() - started) / 1000;
    const epoch = this.batches.epochOf(step);
    const feeds = new Map([...data, ...this.trainStep.hostScalars(step, epoch)]);
    const results = await this.executable.run(feeds, undefined, (outcome) => requireFinite(this.stage, step + 1, outcome));
    const losses = lossesOf(results);
    this.done = step + 1;
    const seconds = (performance.now() - started) / 1000;
    const { spent } = this;
    this.spent = { steps: spent.steps + 1, seconds: spent.seconds + seconds, waiting: spent.waiting + waiting };
    return { step: this.done, losses, rate: this.trainStep.rate(step, epoch), seconds, waiting };
  }

  /** Computes the next step without its counting, whatever it gives: the stage stands where it stood. @throws EngineFailure */
  async examine(): Promise<ExaminedStep> {
    const step = this.done;
    const epoch = this.batches.epochOf(step);
    const batch = await this.batches.batch(step);
    const before = await this.read();
    const notCounted = new Error('not counted');
    let found: Pick<ExaminedStep, 'losses' | 'after'> | undefined;
    const feeds = new Map([...batch, ...this.trainStep.hostScalars(step, epoch)]);
    try {
      await this.executable.run(feeds, undefined, async ({ results, next }) => {
        found = { losses: lossesOf(results), after: { weights: await next('parameter'), states: await next('state') } };
        throw notCounted;
      });
    } catch (error) {
      if (error !== notCounted) throw error;
    }
    if (found === undefined) throw notCounted;
    return { ...found, batch, before, rate: this.trainStep.rate(step, epoch) };
  }

  /** Where the next batch begins in each source. */
  cursors(): DataCursor[] {
    return this.batches.cursors(this.done);
  }

  /** The present values of all weights of the stage, and of moments and averages. */
  async read(): Promise<StageValues> {
    return { weights: await this.executable.read('parameter'), states: await this.executable.read('state') };
  }

  async dispose(): Promise<void> {
    this.batches.close();
    await this.executable.dispose();
  }
}

function zeros(shape: readonly number[]): HostTensor {
  return { shape, values: new Float32Array(shape.reduce((product, size) => product * size, 1)) };
}

/** Share of the time above which something should be done about it. */
const muchWaiting = 0.05;
/** Steps and seconds below which the share tells nothing: the first batches are waited for while the pictures are decoded. */
const tellingSteps = 10;
const tellingSeconds = 5;

/** What is said of the time that a stage has waited for batches. */
export function waitingTime({ steps, seconds, waiting }: StageRun['time']): string {
  const share = seconds > 0 ? waiting / seconds : 0;
  const isTelling = steps >= tellingSteps && seconds >= tellingSeconds;
  const remedy = isTelling && share > muchWaiting ? '; more loader.workers or a larger loader.cache may help' : '';
  return `waited for data ${(100 * share).toFixed(1)} % of the time of its steps (${waiting.toFixed(1)} of ${seconds.toFixed(1)} s)${remedy}`;
}
