import type { IR, Stage, Training } from '../../../compiler/ir/ir.js';
import { CheckpointStore, type FoundCheckpoint, type TrainingCheckpoint } from '../../checkpoint/index.js';
import { Loader } from '../../data/index.js';
import type { Engine, HostTensor } from '../../engines/engine.js';
import { inputFailure, readRecords } from '../../files/index.js';
import { stepRecords } from '../../observe/index.js';
import { outputFiles } from '../output/output-folder.js';
import { openData } from '../run-file/run-data.js';
import { describeRun, differencesOfRuns } from '../run-file/run-description.js';
import type { RunFile } from '../run-file/run-file.js';
import { startWeights } from '../run-file/start-weights.js';
import { withAverages } from '../stage/averages.js';
import type { BatchOrigin } from '../stage/batch-origin.js';
import { type BadUpdate, badUpdates, NonFiniteStep } from '../stage/finite-check.js';
import { lowerStage } from '../stage/lower-stages.js';
import { stageBatches } from '../stage/stage-batches.js';
import { type ExaminedStep, StageRun } from '../stage/stage-run.js';
import { evaluateTerms, type TermValue } from './step-diagnosis.js';
import { type UpdateNorms, updateNorms } from './update-norms.js';

/** A step of a run, and what it is computed anew from. */
export interface ReplayOrigin {
  readonly stage: Stage;
  /** Number of the step, from 1. */
  readonly step: number;
  /** The newest checkpoint before the step; undefined where that is the beginning of the run. */
  readonly found: FoundCheckpoint | undefined;
  /** Steps of the stage that are done there. */
  readonly done: number;
  /** Engine and threads of the run, which give its bits again; undefined where no checkpoint tells them. */
  readonly former: Pick<TrainingCheckpoint, 'engine' | 'threads'> | undefined;
}

/**
 * Finds what a step of a run can be computed from.
 * @param stageName by default the stage of the newest checkpoint. @param step number of the step within the stage, from 1.
 * @throws RuntimeFailure when there is no such stage, or nothing before the step is kept.
 */
export async function findReplay(run: RunFile, ir: IR, step: number, stageName?: string): Promise<ReplayOrigin> {
  const stages = requireTraining(run, ir).stages;
  const names = stages.map(({ name }) => name);
  const folder = outputFiles(run.output);
  const store = new CheckpointStore(folder.checkpoints, names);
  const positions = await store.list();
  const name = stageName ?? positions[0]?.stage ?? names[0] ?? '';
  const index = names.indexOf(name);
  const stage = stages[index];
  if (stage === undefined) throw inputFailure(`${run.model}: has no training stage \`${name}\`; it has ${names.join(', ')}.`);
  const within = await store.newest((position) => position.stage === name && position.step < step);
  if (within !== undefined) return { stage, step, found: within, done: within.checkpoint.step, former: within.checkpoint };
  if (index === 0) return { stage, step, found: undefined, done: 0, former: (await store.newest())?.checkpoint };
  const former = names[index - 1] as string;
  const last = (await readRecords(folder.log, stepRecords)).findLast((record) => record.stage === former)?.step;
  const end = await store.newest((position) => position.stage === former && position.step === last);
  if (end !== undefined) return { stage, step, found: end, done: 0, former: end.checkpoint };
  const kept = positions.map((position) => `${position.stage} ${position.step}`).reverse();
  throw inputFailure(
    `${folder.checkpoints}: nothing from before step ${step} of stage ${name} is kept${kept.length === 0 ? '' : ` (there are ${kept.join(', ')})`}. A larger checkpoint.keep in the run file keeps more.`,
  );
}

export interface ReplayRequest {
  readonly run: RunFile;
  readonly ir: IR;
  readonly sources?: ReadonlyMap<string, string>;
  readonly engine: Engine;
  readonly origin: ReplayOrigin;
  /** Images of a source that have been looked at, of `total`. */
  checked(source: string, done: number, total: number): void;
  /** Steps that have been run again on the way, of `total`. */
  stepDone(done: number, total: number): void;
  note(line: string): void;
}

/** All that is known of one step of a run. */
export interface ReplayedStep extends Pick<ExaminedStep, 'losses' | 'rate'> {
  readonly stage: string;
  readonly step: number;
  /** The losses that the log of the run has for the step, where it has any. */
  readonly logged?: Readonly<Record<string, number>>;
  readonly terms: readonly TermValue[];
  readonly batch: readonly BatchOrigin[];
  readonly updates: readonly UpdateNorms[];
  /** Weights and moments that the step would make no finite number. */
  readonly nonFinite: readonly BadUpdate[];
}

/**
 * Computes one step of a run again, bit by bit where engine and threads are those of the run: from the newest checkpoint before it, over the steps between. Reads
 * the output folder and writes nothing.
 * @throws RuntimeFailure, EngineFailure
 */
export async function replay(request: ReplayRequest): Promise<ReplayedStep> {
  const { run, ir, sources, engine, origin } = request;
  const training = requireTraining(run, ir);
  const { stage, step, found } = origin;
  for (const problem of found?.problems ?? []) request.note(problem);
  const data = await openData(run, ir);
  const weightsBefore = found === undefined ? (await startWeights(run, ir)).weights : weightsFrom(found.checkpoint, stage);
  if (found !== undefined) tellDifferences(request, found, describeRun(run, ir, data, recordedWeights(found)));
  const trainStep = lowerStage(request, stage.name);
  const threads = threadsOf(request);
  // Without threads of its own: few batches are needed.
  const loader = await Loader.open(data.sources, { ...run.loader, workers: 0 }, training.patch, request);
  const { length, readBy } = stageBatches(ir, training, stage, run.seed, loader);
  if (step > length) throw inputFailure(`stage ${stage.name} has ${length} steps, so there is no step ${step}.`);
  const batches = readBy(trainStep, origin.done, step);
  const states = found?.checkpoint.stage === stage.name ? found.checkpoint.states : new Map<string, HostTensor>();
  const stageRun = await StageRun.start(stage.name, trainStep, batches, engine, threads, {
    step: origin.done,
    weights: weightsBefore,
    states,
  });
  try {
    await runTo(request, stageRun);
    const { losses, rate, batch, before, after } = await stageRun.examine();
    const weights = new Map([...weightsBefore, ...before.weights]);
    const state = { ir, ...(sources && { sources }), stage: stage.name, precision: run.precision, engine, threads, weights };
    const logged = (await readRecords(outputFiles(run.output).log, stepRecords)).find(
      (record) => record.stage === stage.name && record.step === step,
    )?.losses;
    return {
      stage: stage.name,
      step,
      losses,
      rate,
      ...(logged && { logged }),
      terms: await evaluateTerms(state, batch),
      batch: batches.origins(step - 1),
      updates: updateNorms(stage, trainStep, before, after),
      nonFinite: [...badUpdates(after.weights), ...badUpdates(after.states)],
    };
  } finally {
    await stageRun.dispose();
  }
}

function requireTraining(run: RunFile, ir: IR): Training {
  if (ir.training === undefined) throw inputFailure(`${run.model}: ${ir.model.name} has no \`training of ${ir.model.name}\` section.`);
  return ir.training;
}

/** The weights that a stage goes on from: its own, or what the stage before it gave, which is averages where it kept some. */
function weightsFrom({ stage, weights, states }: TrainingCheckpoint, { name }: Stage): ReadonlyMap<string, HostTensor> {
  return stage === name ? weights : withAverages(weights, states);
}

/** Runs the steps before the one in question. */
async function runTo({ origin, stepDone }: ReplayRequest, stageRun: StageRun): Promise<void> {
  const between = origin.step - 1 - origin.done;
  try {
    while (stageRun.step < origin.step - 1) {
      await stageRun.advance();
      stepDone(stageRun.step - origin.done, between);
    }
  } catch (error) {
    if (!(error instanceof NonFiniteStep)) throw error;
    throw inputFailure(`${error.message}. Step ${origin.step} cannot be reached; replay step ${error.step}.`, error);
  }
}

/** A changed source may be the very thing to try, so nothing is refused. */
function tellDifferences(
  { run, note }: ReplayRequest,
  { path, checkpoint }: FoundCheckpoint,
  now: Readonly<Record<string, unknown>>,
): void {
  const differences = differencesOfRuns(checkpoint.run, now, run);
  if (differences.length > 0)
    note(`The step is not the one that the run took, as ${path} was written by another run:\n  ${differences.join('\n  ')}`);
}

const recordedWeights = ({ checkpoint }: FoundCheckpoint): string | undefined =>
  typeof checkpoint.run.weights === 'string' ? checkpoint.run.weights : undefined;

/** Threads of the run where they are known. */
function threadsOf({ run, engine, origin: { former } }: ReplayRequest): number | undefined {
  const recorded = former?.engine === engine.name && former.threads > 0 ? former.threads : undefined;
  return run.threads ?? recorded;
}
