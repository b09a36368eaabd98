/** One timed run of a case on one side. */
export interface Sample {
  /** Wall-clock time. */
  readonly milliseconds: number;
  /** User and system time of the whole process, all threads. */
  readonly cpuMilliseconds: number;
}

export interface Summary {
  readonly rounds: number;
  readonly minimum: number;
  readonly median: number;
  /** Smallest and median CPU time of a run, in milliseconds. */
  readonly cpuMinimum: number;
  readonly cpuMedian: number;
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  const upper = sorted[middle] ?? Number.NaN;
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? Number.NaN) + upper) / 2;
}

/** Median of the quotients of runs that were timed in the same round: what happens to the machine happens to both. */
export function medianRatio(samples: readonly Sample[], others: readonly Sample[]): number {
  return median(samples.flatMap(({ milliseconds }, i) => (others[i] === undefined ? [] : [milliseconds / others[i].milliseconds])));
}

export function summarize(samples: readonly Sample[]): Summary {
  const wall = samples.map((sample) => sample.milliseconds);
  const cpu = samples.map((sample) => sample.cpuMilliseconds);
  return {
    rounds: samples.length,
    minimum: Math.min(...wall),
    median: median(wall),
    cpuMinimum: Math.min(...cpu),
    cpuMedian: median(cpu),
  };
}
