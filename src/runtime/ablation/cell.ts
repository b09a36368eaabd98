import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { plainName } from '../../compiler/2-analyze/variants/reference.js';
import type { IR } from '../../compiler/ir/ir.js';
import type { Engine, EngineName } from '../engines/engine.js';
import { systemErrorCode, systemFailure, writeFileAtomically } from '../files/index.js';
import type { Evaluation } from '../metrics/index.js';
import type { RunDescription, RunFile } from '../train/index.js';

/** A row of the table, ready to be trained. */
export interface AblationRow {
  readonly name: string;
  /** Its run, but for seed and output. */
  readonly run: RunFile;
  readonly ir: IR;
  readonly engine: Engine;
  /** Texts of the model's sources by path. */
  readonly sources: ReadonlyMap<string, string>;
  /** The most steps that its stages may have, by their names. */
  readonly stepLimits: ReadonlyMap<string, number>;
  readonly cost: { readonly parameters: number; readonly gmacs: number; readonly gflops: number };
  /** What a reader of the table has to know of it. */
  readonly notes: readonly string[];
}

/** What became of a stage. */
export interface StageRecord {
  readonly name: string;
  /** Steps done. */
  readonly steps: number;
  /** Steps that it was to have within the budget; undefined where it never began. */
  readonly planned?: number;
}

/** What is kept of a variant that was trained with a seed. */
export interface CellRecord {
  readonly format: 1;
  /** Hash of all that decides its numbers. */
  readonly key: string;
  readonly mfnc: string;
  readonly row: string;
  readonly seed: number;
  readonly engine: EngineName;
  /** cut: by the minutes of the budget. */
  readonly state: 'complete' | 'cut' | 'failed';
  readonly stages: readonly StageRecord[];
  /** Seconds that its steps took, all parts of the run together. */
  readonly seconds: number;
  /** Minutes of the budget that cut it. */
  readonly minutes?: number;
  /** Why it failed. */
  readonly failure?: string;
  /** Of the held-out pairs; absent where it failed. */
  readonly evaluation?: Evaluation;
}

/** Where the files of a cell are. */
export interface CellFolder {
  readonly path: string;
  readonly record: string;
  /** Output folder of the training. */
  readonly run: string;
  /** Enhanced held-out pictures, `1.png`, in the order of the pairs. */
  readonly pictures: string;
}

/** @param description of the run, with the limits of its stages. */
export function cellKey(description: RunDescription, stepLimits: ReadonlyMap<string, number>): string {
  return createHash('sha256')
    .update(JSON.stringify([description, [...stepLimits].sort()]))
    .digest('hex')
    .slice(0, 12);
}

/** A run that is described otherwise gets another folder, so nothing that was trained is ever overwritten. */
export function cellFolder(output: string, row: string, seed: number, key: string): CellFolder {
  const path = join(output, 'cells', plainName(row) || 'variant', `seed-${seed}-${key}`);
  return { path, record: join(path, 'result.json'), run: join(path, 'run'), pictures: join(path, 'pictures') };
}

/** What is kept of a cell; undefined where nothing is, or something that cannot be read, which is then made anew. @throws RuntimeFailure */
export async function readCell({ record }: CellFolder, key: string): Promise<CellRecord | undefined> {
  let text: string;
  try {
    text = await readFile(record, 'utf8');
  } catch (error) {
    if (systemErrorCode(error) === 'ENOENT') return undefined;
    throw systemFailure(error, 'read', record);
  }
  try {
    const found = JSON.parse(text) as CellRecord;
    return found.format === 1 && found.key === key ? found : undefined;
  } catch {
    return undefined;
  }
}

/** @throws RuntimeFailure */
export async function writeCell({ record }: CellFolder, content: CellRecord): Promise<void> {
  await writeFileAtomically(record, `${JSON.stringify(content, undefined, 2)}\n`);
}
