import { readFile } from 'node:fs/promises';
import { deserialize } from 'node:v8';
import type { Program } from '../../compiler/ir/program.js';
import type { ValueRange } from '../data/index.js';
import type { HostTensor } from '../engines/engine.js';

/** An input of a network and the range that its pictures are drawn from. */
export interface BenchmarkInput {
  readonly name: string;
  readonly range: ValueRange;
}

/** What a process that times a network reads. */
export interface NetworkFile {
  readonly program: Program;
  readonly weights: ReadonlyMap<string, HostTensor>;
  readonly inputs: readonly BenchmarkInput[];
  /** A network of one convolution: when it has run, the engine's library is loaded and its threads are started. */
  readonly smallest: Program;
}

export async function readNetwork(path: string): Promise<NetworkFile> {
  return deserialize(await readFile(path)) as NetworkFile;
}
