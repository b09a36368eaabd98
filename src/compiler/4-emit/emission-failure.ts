import type { ProgramNode } from '../ir/program.js';

/** A target has no way to say what the model does: a message for the user, with the place of the operator in the source. */
export class EmissionFailure extends Error {
  override readonly name = 'EmissionFailure';
}

/** `std/blocks:19: conv2d in deg.rec`, as far as it is known where a node comes from. */
export function placeOf({ op, origin }: ProgramNode): string {
  if (origin === undefined) return op;
  const line = origin.line === undefined ? '' : `:${origin.line}`;
  return `${origin.file}${line}: ${op}${origin.path === '' ? '' : ` in ${origin.path}`}`;
}
