import { parseArgs } from 'node:util';

/** What one run of the script does. */
export interface FaultOptions {
  /** Trainings that are killed. */
  readonly kills: number;
  readonly seed: number;
  /** Folder for what is done and what came of it. */
  readonly folder: string;
  /** Ends the run earlier. */
  readonly minutes: number;
  /** Goes on with what the run before has left to do. */
  readonly resume: boolean;
}

export const usage = 'npm run faults -- [--kills 200] [--seed 1] [--minutes M] [--folder fault-results] [--resume]';

/** @throws Error for an argument that is none */
export function optionsOf(args: readonly string[]): FaultOptions {
  const { values } = parseArgs({
    args: [...args],
    options: {
      kills: { type: 'string', default: '200' },
      seed: { type: 'string', default: '1' },
      minutes: { type: 'string', default: 'Infinity' },
      folder: { type: 'string', default: 'fault-results' },
      resume: { type: 'boolean', default: false },
    },
  });
  const number = (name: 'kills' | 'seed' | 'minutes'): number => {
    const value = Number(values[name]);
    if (Number.isNaN(value) || value < 0) throw new Error(`--${name} takes a number, not ${values[name]}`);
    return value;
  };
  return { kills: number('kills'), seed: number('seed'), minutes: number('minutes'), folder: values.folder, resume: values.resume };
}
