/** What is measured: a network, one of its Programs and the size of its inputs. */
export interface BenchmarkCase {
  readonly name: 'inference' | 'train-step';
  readonly model: 'lw-drgn' | 'drgn';
  readonly batch: number;
  readonly height: number;
  readonly width: number;
}

export type Layout = 'default' | 'channels_last';

/** Commands a worker reads from its standard input, one JSON object a line; it answers each with one line. */
export type WorkerCommand =
  | ({ readonly command: 'prepare'; readonly case: BenchmarkCase['name']; readonly threads: number; readonly layout?: Layout } & Omit<
      BenchmarkCase,
      'name'
    >)
  | { readonly command: 'run' }
  | { readonly command: 'memory' };

export interface PreparedAnswer {
  /** Library and version, 'PyTorch 2.15.0'. */
  readonly version: string;
  readonly threads: number;
}

export interface RunAnswer {
  readonly milliseconds: number;
  readonly cpuMilliseconds: number;
  /** The loss, or one number of the picture: shows that something was computed. */
  readonly value: number;
}

export interface MemoryAnswer {
  readonly peakBytes: number | undefined;
}

/** A worker that cannot go on answers with this instead and ends. */
export interface FailureAnswer {
  readonly failure: string;
}
