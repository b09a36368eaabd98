import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { mfncVersion } from '../files/index.js';
import { evaluationProtocols } from '../metrics/index.js';
import { joinObservers, outputFiles, type TrainObserver, type TrainReporter, train } from '../train/index.js';
import type { Budget } from './budget.js';
import { type AblationRow, type CellFolder, type CellRecord, readCell, type StageRecord, writeCell } from './cell.js';
import { evaluateCell, type HeldOut, type Measurement } from './evaluate-cell.js';
import { readProgress } from './run-progress.js';

/** A variant with a seed. */
export interface Cell {
  readonly row: AblationRow;
  readonly seed: number;
  readonly key: string;
  readonly folder: CellFolder;
}

/** What a cell is run with. */
export interface CellSetting {
  readonly heldOut: HeldOut;
  readonly budget: Budget;
  readonly measurement: Measurement;
  readonly reporter: TrainReporter;
}

/** How running a cell ended. kept: its record is as it was; interrupted: it goes on the next time. */
export type CellEnd = 'new' | 'kept' | 'interrupted';

/** What came of running a cell. */
export interface CellOutcome {
  /** Undefined where its training was interrupted: what it has done so far is kept in its folder. */
  readonly record: CellRecord | undefined;
  readonly end: CellEnd;
  /** Why a finished cell could not be measured again; its record is as it was. */
  readonly problem?: string;
}

/**
 * Trains a cell, or goes on where an earlier call was interrupted, and measures it. A cell that is complete is left as it is; one that was cut by minutes goes on
 * where there are more of them now; one that failed is tried again. What is wrong with a training becomes its record, what keeps a finished one from being measured
 * again does not.
 * @throws RuntimeFailure where the record cannot be written.
 */
export async function runCell(cell: Cell, setting: CellSetting): Promise<CellOutcome> {
  const kept = await readCell(cell.folder, cell.key);
  if (kept !== undefined && isSettled(kept, setting.budget)) return measureAnew(cell, kept, setting);
  const { signal } = setting.measurement;
  try {
    const record = await trainCell(cell, setting);
    if (record === undefined) return { record, end: 'interrupted' };
    await writeCell(cell.folder, record);
    return { record, end: 'new' };
  } catch (error) {
    if (signal.aborted && error === signal.reason) return { record: undefined, end: 'interrupted' };
    const record = await failed(cell, error);
    await writeCell(cell.folder, record);
    return { record, end: 'new' };
  }
}

function isSettled({ state, minutes = 0 }: CellRecord, { runMinutes }: Budget): boolean {
  return state === 'complete' || (state === 'cut' && minutes >= (runMinutes ?? Number.POSITIVE_INFINITY));
}

/** Measures a cell again where other metrics or more pictures are asked for than were. */
async function measureAnew(cell: Cell, kept: CellRecord, { heldOut, measurement }: CellSetting): Promise<CellOutcome> {
  const wanted = evaluationProtocols(measurement.metrics, heldOut.roles);
  const has = kept.evaluation?.protocols ?? {};
  const shown = Math.min(measurement.pictures, heldOut.pairs.length);
  const hasPictures = shown === 0 || existsSync(join(cell.folder.pictures, `${shown}.png`));
  const hasAll = Object.entries(wanted).every(([name, { id }]) => has[name]?.id === id);
  if (hasAll && hasPictures) return { record: kept, end: 'kept' };
  const { signal } = measurement;
  let record: CellRecord;
  try {
    record = { ...kept, evaluation: await evaluateCell(cell.row, cell.folder, heldOut, measurement) };
  } catch (error) {
    if (signal.aborted && error === signal.reason) return { record: kept, end: 'interrupted' };
    return { record: kept, end: 'kept', problem: reasonOf(error) };
  }
  await writeCell(cell.folder, record);
  return { record, end: 'new' };
}

/** @returns undefined where it was interrupted. */
async function trainCell(cell: Cell, { heldOut, budget, measurement, reporter }: CellSetting): Promise<CellRecord | undefined> {
  const { row, seed, key, folder } = cell;
  const { signal } = measurement;
  const files = outputFiles(folder.run);
  const spent = (await readProgress(files.log)).seconds;
  const clock = new RunClock(budget.runMinutes, spent);
  const planned = new Map<string, number>();
  const outcome = await train({
    run: { ...row.run, seed, output: folder.run },
    ir: row.ir,
    sources: row.sources,
    engine: row.engine,
    resume: existsSync(files.config),
    maxSteps: row.stepLimits,
    signal: AbortSignal.any([signal, clock.signal]),
    reporter: followed(reporter, clock, planned),
  });
  if (outcome.interrupted && !clock.signal.aborted) return undefined;
  const { stages, seconds } = await readProgress(files.log);
  const evaluation = await evaluateCell(row, folder, heldOut, measurement);
  return {
    format: 1,
    key,
    mfnc: mfncVersion,
    row: row.name,
    seed,
    engine: row.engine.name,
    state: outcome.interrupted ? 'cut' : 'complete',
    stages: withPlanned(stages, planned),
    seconds,
    ...(outcome.interrupted && budget.runMinutes !== undefined && { minutes: budget.runMinutes }),
    evaluation,
  };
}

async function failed({ row, seed, key, folder }: Cell, error: unknown): Promise<CellRecord> {
  const { stages, seconds } = await readProgress(outputFiles(folder.run).log);
  const { name: engine } = row.engine;
  return { format: 1, key, mfnc: mfncVersion, row: row.name, seed, engine, state: 'failed', stages, seconds, failure: reasonOf(error) };
}

const reasonOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

function withPlanned(stages: readonly StageRecord[], planned: ReadonlyMap<string, number>): StageRecord[] {
  return stages.map((stage) => {
    const total = planned.get(stage.name);
    return total === undefined ? stage : { ...stage, planned: total };
  });
}

/** Aborts its signal once the steps of a run have taken the minutes of the budget. Steps are counted, not what lies between them, so that a resumed run gets as many. */
class RunClock {
  private readonly controller = new AbortController();
  private readonly limit: number;

  constructor(
    minutes: number | undefined,
    private spent: number,
  ) {
    this.limit = (minutes ?? Number.POSITIVE_INFINITY) * 60;
  }

  get signal(): AbortSignal {
    return this.controller.signal;
  }

  add(seconds: number): void {
    this.spent += seconds;
    if (this.spent >= this.limit) this.controller.abort();
  }
}

/** The reporter, with the clock told of each step and the lengths of the stages kept. */
function followed(reporter: TrainReporter, clock: RunClock, planned: Map<string, number>): TrainReporter {
  const following: TrainObserver = {
    stageStarted: (stage, _done, total) => void planned.set(stage, total),
    stepDone: ({ seconds }) => clock.add(seconds),
  };
  return {
    ...joinObservers([reporter, following]),
    checked: (source, done, total) => reporter.checked(source, done, total),
    validating: (done, total) => reporter.validating(done, total),
    note: (line) => reporter.note(line),
  };
}
