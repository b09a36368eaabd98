import { InvalidArgumentError } from 'commander';

/** Reads a whole number of an option, the same for all commands. */
export function parseCount(minimum: number): (text: string) => number {
  return (text) => {
    const count = Number(text);
    if (text.trim() === '' || !Number.isSafeInteger(count) || count < minimum)
      throw new InvalidArgumentError(`Give a whole number from ${minimum}.`);
    return count;
  };
}
