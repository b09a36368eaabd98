import type { EngineName } from '../engines/engine.js';
import type { Sample } from './statistics.js';

/** What the process of a network is asked, one request after the other. */
export type NetworkRequest =
  | { readonly command: 'prepare'; readonly file: string; readonly engine: EngineName; readonly threads: number }
  | { readonly command: 'run' }
  | { readonly command: 'memory' };

/** Bytes of a process that runs a network. */
export interface NetworkMemory {
  /** Resident once the engine has run a network of one convolution and weights and pictures are read, before the network itself is compiled. */
  readonly base: number;
  /** The most that was resident from then on. */
  readonly peak: number;
}

export interface NetworkAnswers {
  /** Time of compiling, with the weights given to the engine. */
  readonly prepare: Sample;
  readonly run: Sample;
  readonly memory: NetworkMemory;
}

/** A process that cannot go on answers with this instead. */
export interface NetworkFailure {
  readonly failure: string;
}
