import { parseArgs } from 'node:util';

/** What one run does. */
export interface FuzzOptions {
  /** First seed; each seed is one input. */
  readonly first: number;
  /** Inputs, counted from the first seed. */
  readonly count: number;
  /** Ends the run earlier. */
  readonly minutes: number;
  /** Processor time that an input of 100 KB may take, in ms. */
  readonly limit: number;
  /** Folder for failing inputs and the state that a further run goes on from. */
  readonly folder: string;
  /** Goes on behind the last seed of the run before. */
  readonly resume: boolean;
}

export const usage = `npm run fuzz -- [--count 1000000] [--minutes M] [--seed 0] [--limit 1000] [--folder fuzz-results] [--resume]`;

/** @throws Error for an argument that is none */
export function optionsOf(args: readonly string[]): FuzzOptions {
  const { values } = parseArgs({
    args: [...args],
    options: {
      count: { type: 'string', default: '1000000' },
      minutes: { type: 'string', default: 'Infinity' },
      seed: { type: 'string', default: '0' },
      limit: { type: 'string', default: '1000' },
      folder: { type: 'string', default: 'fuzz-results' },
      resume: { type: 'boolean', default: false },
    },
  });
  const number = (name: 'count' | 'minutes' | 'seed' | 'limit'): number => {
    const value = Number(values[name]);
    if (Number.isNaN(value) || value < 0) throw new Error(`--${name} takes a number, not ${values[name]}`);
    return value;
  };
  return {
    first: number('seed'),
    count: number('count'),
    minutes: number('minutes'),
    limit: number('limit'),
    folder: values.folder,
    resume: values.resume,
  };
}
