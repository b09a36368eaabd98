import type { ElementType } from '../../ir/element-type.js';
import type { Program } from '../../ir/program.js';
import { absorbBroadcasts } from './absorb-broadcasts.js';
import { castConvolutions } from './cast-convolutions.js';
import { decomposePads } from './decompose-pads.js';
import { eliminateCommonSubexpressions } from './eliminate-common-subexpressions.js';
import { eliminateDeadCode } from './eliminate-dead-code.js';
import { foldConstants } from './fold-constants.js';
import { joinPads } from './join-pads.js';
import { removeGradientStops } from './remove-gradient-stops.js';
import { simplify } from './simplify.js';
import { splitPointwiseConvolutions } from './split-pointwise-convolutions.js';

/** In which type the convolutions of a Program are computed. */
export type Precision = ElementType;

/** A rewriting of Programs that keeps their results. */
export interface Pass {
  readonly name: string;
  readonly run: (program: Program) => Program;
}

/** Passes that leave gradients as they are, stops included. */
const cleaning: readonly Pass[] = [
  { name: 'fold constants', run: foldConstants },
  { name: 'simplify', run: simplify },
  { name: 'absorb broadcasts', run: absorbBroadcasts },
  { name: 'join pads', run: joinPads },
  { name: 'eliminate common subexpressions', run: eliminateCommonSubexpressions },
  { name: 'eliminate dead code', run: eliminateDeadCode },
];

/** All passes, in the order of their first run. */
export const passes: readonly Pass[] = [
  { name: 'decompose pads', run: decomposePads },
  { name: 'split pointwise convolutions', run: splitPointwiseConvolutions },
  { name: 'remove gradient stops', run: removeGradientStops },
  ...cleaning,
];

/** A pass uncovers work for another; rounds beyond this many have never found any. */
const mostRounds = 8;

/** What a round of cleaning changes, if it changes anything. */
const outlineOf = ({ nodes, constants }: Program): string => `${constants.length} ${nodes.map(({ op }) => op).join(' ')}`;

/** Runs the cleaning passes until a round leaves the Program's outline as it was. */
const clean = (program: Program, check: (program: Program, pass: string) => void): Program => {
  let current = program;
  for (let round = 0; round < mostRounds; round++) {
    const before = outlineOf(current);
    for (const { name, run } of cleaning) {
      current = run(current);
      check(current, name);
    }
    if (outlineOf(current) === before) break;
  }
  return current;
};

const unchecked = (): void => undefined;

/** Brings a Program into the form that is differentiated. @param check is called after every pass, with its name. */
export const prepareForDifferentiation = (program: Program, check: (program: Program, pass: string) => void = unchecked): Program => {
  const decomposed = decomposePads(program);
  check(decomposed, 'decompose pads');
  const tidy = clean(decomposed, check);
  const split = splitPointwiseConvolutions(tidy);
  check(split, 'split pointwise convolutions');
  return clean(split, check);
};

/** Whether pads that copy elements are made of slices, or one operator each. */
export type PadForm = 'decomposed' | 'whole';

/** Brings a Program into the form that engines run. @param check is called after every pass, with its name. */
export const optimize = (
  program: Program,
  check: (program: Program, pass: string) => void = unchecked,
  pads: PadForm = 'decomposed',
): Program => {
  const decomposed = pads === 'whole' ? program : decomposePads(program);
  check(decomposed, 'decompose pads');
  const open = removeGradientStops(decomposed);
  check(open, 'remove gradient stops');
  return clean(open, check);
};

/**
 * Brings a Program that engines run into a precision: float32 leaves it as it is, bfloat16 casts its convolutions (`castConvolutions`). Its inputs and
 * outputs stay float32. @param check is called after every pass, with its name.
 */
export const inPrecision = (
  program: Program,
  precision: Precision,
  check: (program: Program, pass: string) => void = unchecked,
): Program => {
  if (precision === 'float32') return program;
  const cast = castConvolutions(program);
  check(cast, 'cast convolutions');
  const used = eliminateDeadCode(cast);
  check(used, 'eliminate dead code');
  return used;
};
