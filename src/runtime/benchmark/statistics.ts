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

/**
 * A percentile, interpolated linearly between the two nearest of the sorted values (definition 7 of Hyndman and Fan, 1996, which NumPy and R take by default).
 * @param percent 0 to 100. @returns NaN where there are no values.
 */
export function percentile(values: readonly number[], percent: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  const position = ((sorted.length - 1) * percent) / 100;
  const below = Math.floor(position);
  const [lower = Number.NaN, upper = lower] = sorted.slice(below, below + 2);
  return lower + (upper - lower) * (position - below);
}

export function median(values: readonly number[]): number {
  return percentile(values, 50);
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
