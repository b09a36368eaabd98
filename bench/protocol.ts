import type { Precision } from '../src/compiler/3-lower/index.js';

/** What is measured: a network, one of its Programs and the size of its inputs. */
export interface BenchmarkCase {
  readonly name: 'inference' | 'train-step';
  readonly model: 'lw-drgn' | 'drgn';
  readonly batch: number;
  readonly height: number;
  readonly width: number;
}

/** How PyTorch runs: its memory layout and device. */
export interface PyTorchMode {
  readonly layout: 'default' | 'channels_last';
  readonly device: 'cpu' | 'cuda';
}

/** Commands a worker reads from its standard input, one JSON object a line; it answers each with one line. */
export type WorkerCommand =
  | ({
      readonly command: 'prepare';
      readonly case: BenchmarkCase['name'];
      readonly threads: number;
      /** Type in which convolutions are computed; PyTorch's autocast for bfloat16. */
      readonly precision: Precision;
    } & Partial<PyTorchMode> &
      Omit<BenchmarkCase, 'name'>)
  | { readonly command: 'run' }
  /** Writes what the runs made to a file, as float32: the last picture, or the trained weights in the order of their names. */
  | { readonly command: 'output'; readonly file: string }
  | { readonly command: 'memory' };

export interface PreparedAnswer {
  /** Library and version, 'PyTorch 2.15.0'. */
  readonly version: string;
  readonly threads: number;
  /** Load time: loading the library, compiling, and giving it the weights; everything up to the first run. */
  readonly milliseconds: number;
  readonly cpuMilliseconds: number;
}

export interface RunAnswer {
  readonly milliseconds: number;
  readonly cpuMilliseconds: number;
  /** The loss, or one number of the picture. */
  readonly value: number;
}

export interface OutputAnswer {
  /** Numbers written. */
  readonly count: number;
}

export interface MemoryAnswer {
  readonly peakBytes: number | undefined;
}

/** A worker that cannot go on answers with this instead. */
export interface FailureAnswer {
  readonly failure: string;
}
