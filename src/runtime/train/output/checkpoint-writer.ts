import { type CheckpointStore, checkpointName, type Position, type TrainingCheckpoint } from '../../checkpoint/index.js';
import type { HostTensor } from '../../engines/engine.js';
import { RuntimeFailure } from '../../files/index.js';
import type { StageRun } from '../stage/stage-run.js';

/** What the checkpoints of a run share, and what happens to them. */
export interface CheckpointPlan extends Pick<TrainingCheckpoint, 'engine' | 'threads' | 'run'> {
  readonly store: CheckpointStore;
  /** How many stay. */
  readonly keep: number;
  readonly seed: number;
  /** Position of the checkpoint that the run goes on from. */
  readonly from: Position | undefined;
  note(line: string): void;
}

/** Writes the checkpoints of a run, each position once. */
export class CheckpointWriter {
  private last: string | undefined;

  constructor(private readonly plan: CheckpointPlan) {
    this.last = plan.from === undefined ? undefined : checkpointName(plan.from);
  }

  /** Whether there is a checkpoint of where a stage stands now. */
  has(position: Position): boolean {
    return this.last === checkpointName(position);
  }

  /**
   * Writes a checkpoint of where a stage stands, and removes old ones. That an old one cannot be removed is noted and stops nothing.
   * @param weights every weight of the run, as the stage has left them. @throws RuntimeFailure
   */
  async write(stageRun: StageRun, weights: ReadonlyMap<string, HostTensor>, states: ReadonlyMap<string, HostTensor>): Promise<void> {
    const { store, keep, engine, threads, run, seed, note } = this.plan;
    const { stage, step } = stageRun;
    const random = { generator: 'sfc32', seed, stage, step } as const;
    await store.write({ stage, step, engine, threads, random, data: stageRun.cursors(), run, weights, states });
    this.last = checkpointName(stageRun);
    try {
      await store.prune(stageRun, keep);
    } catch (error) {
      if (!(error instanceof RuntimeFailure)) throw error;
      note(`An old checkpoint stays: ${error.message}`);
    }
  }
}
