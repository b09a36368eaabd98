import type { TrainStep } from '../../compiler/3-lower/index.js';
import type { DataCursor } from '../checkpoint/index.js';
import type { PatchSampler } from '../data/index.js';
import type { Engine, Executable, HostTensor } from '../engines/engine.js';
import type { BatchOrigin } from './batch-origin.js';
import { lossesOf, requireFinite } from './finite-check.js';

/** A batch of every stream that a stage reads. */
export interface BatchSource {
  /** Batch number `step`, from 0, as a tensor for each stream. */
  batch(step: number): Promise<Map<string, HostTensor>>;
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

/** Joins the samplers of several sources; the first one counts the epochs. */
export function joinSamplers(samplers: readonly PatchSampler[], streams: ReadonlySet<string>): BatchSource {
  const used = samplers.filter(({ source }) => source.roles.some((role) => streams.has(role)));
  return {
    async batch(step) {
      const batches = await Promise.all(used.map((sampler) => sampler.batch(step)));
      return new Map(batches.flatMap((batch) => [...batch].filter(([role]) => streams.has(role))));
    },
    epochOf: (step) => samplers[0]?.epochOf(step) ?? 0,
    cursors: (step) =>
      used.map((sampler) => ({ roles: sampler.source.roles, ...sampler.cursor(step), patchesPerPass: sampler.patchesPerPass })),
    origins: (step) => used.map((sampler) => ({ roles: sampler.source.roles, patches: sampler.patches(step) })),
  };
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
  private next: { readonly step: number; readonly batch: Promise<Map<string, HostTensor>> } | undefined;

  private constructor(
    readonly stage: string,
    private readonly trainStep: TrainStep,
    private readonly batches: BatchSource,
    private readonly executable: Executable,
    private done: number,
  ) {}

  /**
   * Compiles a stage's train step and loads weights and moments.
   * @param weights all weights of the run by path. @param states moments to go on from; zeros where they are not given.
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
    const states = program.inputs
      .filter(({ role }) => role === 'state')
      .map(({ name, tensor }) => [name, from.states.get(name) ?? zeros(program.tensors[tensor]?.shape ?? [])] as const);
    executable.write('state', new Map(states));
    return new StageRun(stage, trainStep, batches, executable, from.step);
  }

  /** Steps that are done. */
  get step(): number {
    return this.done;
  }

  /**
   * Runs one step. The batch of the step after it is decoded meanwhile, unless this is the last.
   * @throws NonFiniteStep for a loss, weight or moment that is no finite number: the stage then stands where it stood. EngineFailure.
   */
  async advance(isLast: boolean): Promise<StepResult> {
    const started = performance.now();
    const step = this.done;
    const data = await (this.next?.step === step ? this.next.batch : this.batches.batch(step));
    if (!isLast) this.prefetch(step + 1);
    const epoch = this.batches.epochOf(step);
    const feeds = new Map([...data, ...this.trainStep.hostScalars(step, epoch)]);
    const results = await this.executable.run(feeds, undefined, (outcome) => requireFinite(this.stage, step + 1, outcome));
    const losses = lossesOf(results);
    this.done = step + 1;
    return { step: this.done, losses, rate: this.trainStep.rate(step, epoch), seconds: (performance.now() - started) / 1000 };
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

  /** The present values of all weights of the stage and of the moments. */
  async read(): Promise<StageValues> {
    return { weights: await this.executable.read('parameter'), states: await this.executable.read('state') };
  }

  async dispose(): Promise<void> {
    await this.executable.dispose();
  }

  private prefetch(step: number): void {
    const batch = this.batches.batch(step);
    // The failure is met where the batch is awaited; until then it must not count as unhandled.
    batch.catch(() => undefined);
    this.next = { step, batch };
  }
}

function zeros(shape: readonly number[]): HostTensor {
  return { shape, values: new Float32Array(shape.reduce((product, size) => product * size, 1)) };
}
