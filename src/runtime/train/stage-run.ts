import type { TrainStep } from '../../compiler/3-lower/index.js';
import type { DataCursor } from '../checkpoint/index.js';
import type { PatchSampler } from '../data/index.js';
import type { Engine, Executable, HostTensor } from '../engines/engine.js';
import { operationFailure } from '../files/index.js';

/** A batch of every stream that a stage reads. */
export interface BatchSource {
  /** Batch number `step`, from 0, as a tensor for each stream. */
  batch(step: number): Promise<Map<string, HostTensor>>;
  epochOf(step: number): number;
  /** Where batch number `step` begins in each source. */
  cursors(step: number): DataCursor[];
}

/** What one step gave. */
export interface StepResult {
  /** Steps of the stage that are done, from 1. */
  readonly step: number;
  readonly losses: Record<string, number>;
  readonly rate: number;
  readonly seconds: number;
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
   * @throws RuntimeFailure when a loss is not a finite number, EngineFailure when the engine fails.
   */
  async advance(isLast: boolean): Promise<StepResult> {
    const started = performance.now();
    const step = this.done;
    const data = await (this.next?.step === step ? this.next.batch : this.batches.batch(step));
    if (!isLast) this.prefetch(step + 1);
    const epoch = this.batches.epochOf(step);
    const results = await this.executable.run(new Map([...data, ...this.trainStep.hostScalars(step, epoch)]));
    const losses: Record<string, number> = {};
    for (const [name, { values }] of results) losses[name] = values[0] as number;
    this.requireFinite(losses, step + 1);
    this.done = step + 1;
    return { step: this.done, losses, rate: this.trainStep.rate(step, epoch), seconds: (performance.now() - started) / 1000 };
  }

  /** Where the next batch begins in each source. */
  cursors(): DataCursor[] {
    return this.batches.cursors(this.done);
  }

  /** The present values of all weights of the stage and of the moments. */
  async read(): Promise<{ readonly weights: Map<string, HostTensor>; readonly states: Map<string, HostTensor> }> {
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

  private requireFinite(losses: Readonly<Record<string, number>>, step: number): void {
    const bad = Object.entries(losses).find(([, value]) => !Number.isFinite(value));
    if (bad === undefined) return;
    const others = Object.entries(losses)
      .filter(([name]) => name !== bad[0])
      .map(([name, value]) => `${name} ${value}`);
    throw operationFailure(
      `stage ${this.stage}, step ${step}: ${bad[0]} is ${bad[1]}${others.length === 0 ? '' : ` (${others.join(', ')})`}. The training stopped; its last checkpoint is from before. Try a smaller rate.`,
    );
  }
}

function zeros(shape: readonly number[]): HostTensor {
  return { shape, values: new Float32Array(shape.reduce((product, size) => product * size, 1)) };
}
