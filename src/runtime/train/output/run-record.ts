import { createHash } from 'node:crypto';
import { stat } from 'node:fs/promises';
import { basename } from 'node:path';
import type { IR } from '../../../compiler/ir/ir.js';
import type { Pair } from '../../data/index.js';
import type { EngineStatus } from '../../engines/engine.js';
import { type Moment, mfncVersion, readText, systemErrorCode, systemFailure, writeFileAtomically } from '../../files/index.js';
import { isRunRecord, type RunRecord, type RunSession, type TrainEnd, type TrainObserver } from '../../observe/index.js';
import type { RunData } from '../run-file/run-data.js';
import type { RunDescription } from '../run-file/run-description.js';

/** What is written of a run when it begins or goes on. */
export interface RunRecordPlan {
  /** Path of run.json. */
  readonly path: string;
  readonly ir: IR;
  /** Texts of the model's sources by path. */
  readonly sources: ReadonlyMap<string, string>;
  readonly data: RunData;
  readonly description: RunDescription;
  readonly engine: EngineStatus;
  readonly threads: number;
  readonly precision: string;
  readonly from: Moment | undefined;
}

const largestRecord = 2 ** 22;

/** Keeps run.json: hashes of what the run is made of, and for each process that trained it its versions and how it ended. */
export class RunRecordFile implements TrainObserver {
  private stages: Record<string, number> = {};

  private constructor(
    private readonly path: string,
    private readonly record: RunRecord,
    private readonly session: RunSession,
    private readonly note: (line: string) => void,
  ) {}

  /** Adds a session to what earlier ones left. @param note tells the user what cannot be written at the end. @throws RuntimeFailure */
  static async open(plan: RunRecordPlan, note: (line: string) => void): Promise<RunRecordFile> {
    const { ir, sources, data, description, engine, threads, precision, from } = plan;
    const session: RunSession = {
      ...(from && { from: { stage: from.stage, step: from.step } }),
      ...{ mfnc: mfncVersion, node: process.version, platform: `${process.platform} ${process.arch}` },
      ...{ engine: engine.name, versions: engine.versions, devices: engine.devices, threads, precision, stages: {} },
    };
    const lists = data.sources.map(({ roles, samples }) => ({ name: roles.join(' + '), samples }));
    if (data.validation.length > 0) lists.push({ name: 'validation', samples: [...data.validation] });
    const record: RunRecord = {
      model: { name: ir.model.name, ...(ir.variant && { variant: ir.variant.name }), file: ir.source },
      network: String(description.network),
      sources: Object.fromEntries([...sources].map(([path, text]) => [path, sha256(text)])),
      data: await Promise.all(lists.map(async ({ name, samples }) => ({ name, samples: samples.length, sha256: await listHash(samples) }))),
      sessions: await earlierSessions(plan.path),
    };
    const file = new RunRecordFile(plan.path, record, session, note);
    await file.write();
    return file;
  }

  async stageStarted(stage: string, _done: number, total: number): Promise<void> {
    this.stages = { ...this.stages, [stage]: total };
    await this.write();
  }

  async ended(end: TrainEnd): Promise<void> {
    try {
      await this.write(end);
    } catch (error) {
      this.note(error instanceof Error ? error.message : String(error));
    }
  }

  private async write(end?: TrainEnd): Promise<void> {
    const session = { ...this.session, stages: this.stages, ...(end && { end }) };
    const record: RunRecord = { ...this.record, sessions: [...this.record.sessions, session] };
    await writeFileAtomically(this.path, `${JSON.stringify(record, null, 2)}\n`);
  }
}

/** Sessions that run.json lists; none where it is absent or holds something else, for nothing of it is needed to go on. */
async function earlierSessions(path: string): Promise<readonly RunSession[]> {
  try {
    const record: unknown = JSON.parse(await readText(path, largestRecord));
    return isRunRecord(record) ? record.sessions : [];
  } catch (error) {
    if (error instanceof SyntaxError || (error instanceof Error && systemErrorCode(error.cause) === 'ENOENT')) return [];
    throw error;
  }
}

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');

/** Hash of a list of samples: role, name and size in bytes of each file, in the list's order. Where the files lie does not count. */
async function listHash(samples: readonly Pair[]): Promise<string> {
  const lines: string[] = [];
  for (const { files } of samples) {
    for (const [role, path] of Object.entries(files)) lines.push(`${role}\t${basename(path)}\t${await sizeOf(path)}`);
  }
  return sha256(lines.join('\n'));
}

async function sizeOf(path: string): Promise<number> {
  try {
    return (await stat(path)).size;
  } catch (error) {
    throw systemFailure(error, 'read', path);
  }
}
