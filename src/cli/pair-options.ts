import { InvalidArgumentError, Option } from 'commander';

/** The smallest and the largest of some numbers. */
export type NumberRange = readonly [number, number];

/** Reads a width and a height. */
export function parseCrop(text: string): [number, number] {
  const sides = /^(\d+)[xX×](\d+)$/.exec(text);
  const [width, height] = [Number(sides?.[1]), Number(sides?.[2])];
  if (sides === null || width < 1 || height < 1) throw new InvalidArgumentError('Give width x height in pixels, for example 320x240.');
  return [width, height];
}

/** What numbers an option takes. */
export interface Allowed {
  readonly words: string;
  readonly holds: (value: number) => boolean;
}

export const positive: Allowed = { words: 'above 0', holds: (value) => value > 0 };

/** An option that takes a range of numbers. */
export function rangeOption(flag: string, description: string, usual: NumberRange, allowed: Allowed): Option {
  return new Option(`${flag} <range>`, description).argParser(parseRange(allowed)).default(usual, usual.join('..'));
}

/** Reads 'MIN..MAX', or one number for both. */
function parseRange({ words, holds }: Allowed): (text: string) => NumberRange {
  return (text) => {
    const [minimum, maximum = minimum] = text.split('..').map((side) => (side.trim() === '' ? Number.NaN : Number(side)));
    if (minimum === undefined || maximum === undefined || !Number.isFinite(minimum) || !Number.isFinite(maximum))
      throw new InvalidArgumentError("Give 'MIN..MAX' or one number.");
    if (!holds(minimum) || !holds(maximum)) throw new InvalidArgumentError(`Give numbers ${words}.`);
    if (minimum > maximum) throw new InvalidArgumentError('Give the range from a smaller to a larger number.');
    return [minimum, maximum];
  };
}
