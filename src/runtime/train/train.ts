import type { Training } from '../../compiler/ir/ir.js';
import { CheckpointStore, type FoundCheckpoint, type TrainingCheckpoint } from '../checkpoint/index.js';
import { checkHeldOut, Loader, measureDemand } from '../data/index.js';
import { inputFailure, withLock } from '../files/index.js';
import { ssimWindow } from '../metrics/index.js';
import { precisionNotes } from './inspection/inspection.js';
import { CheckpointWriter } from './output/checkpoint-writer.js';
import { beginOutput, type OutputFolder, openOutput, outputFiles, whereFrom } from './output/output-folder.js';
import { RunRecordFile } from './output/run-record.js';
import { openData, type RunData } from './run-file/run-data.js';
import { describeRun, type RunDescription, requireSameRun, resolvedConfig } from './run-file/run-description.js';
import type { RunFile } from './run-file/run-file.js';
import { type StartWeights, startWeights } from './run-file/start-weights.js';
import { Session } from './session.js';
import { lowerStages, stepSizes } from './stage/lower-stages.js';
import { requireMemory } from './stage/memory-check.js';
import type { TrainOutcome, TrainRequest } from './train-request.js';

/**
 * Trains the stages of a model one after the other, into the output folder: log.jsonl, TensorBoard's events, samples, validation.jsonl,
 * report.html, checkpoints, weights.safetensors and, of the best validation, best.safetensors.
 * Samples and metrics are made in float32, from the float32 weights, whatever the precision of the steps. The engine is taken as it is: that a
 * precision is slow on it is for the caller to know (`requireFastPrecision`).
 * On the same engine with the same number of threads, an interrupted and resumed training computes bit by bit what an uninterrupted one does.
 * @throws RuntimeFailure for wrong data, a run that cannot be resumed, a loss that is not finite, a full disk; EngineFailure; before
 * anything is written, LoweringFailure for a patch that the network cannot take, UnsupportedProgram for a stage that the engine cannot run and InsufficientMemory for one that the
 * machine cannot hold.
 */
export async function train(request: TrainRequest): Promise<TrainOutcome> {
  const { run, ir, resume } = request;
  const { training } = ir;
  if (training === undefined)
    throw inputFailure(`${run.model}: ${ir.model.name} has no \`training of ${ir.model.name}\` section, so there is nothing to train.`);
  const data = await openData(run, ir);
  const folder = outputFiles(run.output);
  await openOutput(folder, resume);
  return withLock(folder.lock, `is training into ${folder.path}`, async () => {
    const store = new CheckpointStore(
      folder.checkpoints,
      training.stages.map(({ name }) => name),
    );
    const found = resume ? await store.newest() : undefined;
    for (const problem of found?.problems ?? []) request.reporter.note(problem);
    const start = found === undefined ? await startWeights(run, ir) : resumedStart(found.checkpoint, run);
    const description = describeRun(run, ir, data, start.sha256);
    if (found !== undefined) requireSameRun(found.checkpoint.run, description, run);
    return trainInto(request, training, data, { folder, description, start, store, found });
  });
}

/** What a resumed run goes on with. The weights that it once started from are not read again: their file may have changed, or be gone. */
function resumedStart({ weights, run: described }: TrainingCheckpoint, run: RunFile): StartWeights {
  const recorded = typeof described.weights === 'string' ? described.weights : undefined;
  return { weights, sha256: run.weights && (run.weights.sha256 ?? recorded ?? run.weights.file), notes: [] };
}

/** What a training begins or goes on with. */
interface Opening {
  readonly folder: OutputFolder;
  readonly description: RunDescription;
  readonly start: StartWeights;
  readonly store: CheckpointStore;
  /** What a resumed run goes on from. */
  readonly found: FoundCheckpoint | undefined;
}

/** Looks at the data and trains, once it is settled what is trained where. */
async function trainInto(
  request: TrainRequest,
  training: Training,
  data: RunData,
  { folder, description, start, store, found }: Opening,
): Promise<TrainOutcome> {
  const checkpoint = found?.checkpoint;
  const { run, ir, engine } = request;
  const status = await engine.probe();
  const threads = run.threads ?? (checkpoint?.engine === engine.name && checkpoint.threads > 0 ? checkpoint.threads : status.threads);
  if (checkpoint !== undefined && (checkpoint.engine !== engine.name || checkpoint.threads !== threads)) {
    request.reporter.note(
      `The run began on ${checkpoint.engine} with ${checkpoint.threads} threads and goes on with ${engine.name} and ${threads}: correct, but no longer bit by bit what it would have been.`,
    );
  }
  const trainSteps = lowerStages(request, training, checkpoint);
  let tight: readonly string[] = [];
  const looking = {
    checked: (what: string, done: number, total: number) => request.reporter.checked(what, done, total),
    keeping: (bytes: number) => {
      tight = requireMemory(engine.name, trainSteps, stepSizes(request, training), bytes);
    },
  };
  const loader = await Loader.open(data.sources, run.loader, training.patch, looking, request.signal);
  try {
    const [measured] = data.sources;
    if (measured !== undefined && data.validation.length > 0) {
      const heldOut = { roles: measured.roles, samples: data.validation };
      await checkHeldOut(heldOut, measureDemand(ssimWindow, data.roles.reduction), (done) =>
        request.reporter.checked('validation', done, data.validation.length),
      );
    }
    await beginOutput(folder, checkpoint === undefined ? resolvedConfig(run, ir, engine.name, threads, start.sha256) : undefined);
    await store.recover(found, run.checkpoint.keep);
    const from = request.resume ? [whereFrom(folder, found)] : [];
    for (const note of [...start.notes, ...from, ...tight, ...precisionNotes(run.precision)]) request.reporter.note(note);

    const pictures = { loader, validation: data.validation, roles: data.roles };
    const checkpoints = new CheckpointWriter({
      store,
      keep: run.checkpoint.keep,
      engine: engine.name,
      threads,
      run: description,
      seed: run.seed,
      from: checkpoint,
      note: (line) => request.reporter.note(line),
    });
    const record = await RunRecordFile.open(
      {
        ...{ path: folder.record, ir, sources: request.sources ?? new Map(), data, description },
        ...{ engine: status, threads, precision: run.precision, from: checkpoint },
      },
      (line) => request.reporter.note(line),
    );
    const plan = { request, training, folder, threads, trainSteps, pictures, checkpoints, record, start: start.weights, from: checkpoint };
    return await new Session(plan).run();
  } finally {
    await loader.close();
  }
}
