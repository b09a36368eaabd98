import { operatorExample } from '../../compiler/3-lower/index.js';
import { type OpName, opNames } from '../../compiler/ops/index.js';
import { type EngineName, engineNames } from './engine.js';
import { operatorTables } from './support.js';

/** native: one kernel of the engine's library. composed: several. Both are exact. */
export type Form = 'native' | 'composed';

/** What an engine makes of an operator. */
export interface CellSupport {
  readonly forward: Form;
  /** The least direct form among the operators of the gradient; absent where there is no gradient, or one that is zero everywhere. */
  readonly gradient?: Form;
  /** Uses that the engine refuses before it compiles. A gradient is refused where an operator in it is. */
  readonly refused: readonly string[];
}

/** A row of the matrix: an operator on every engine. */
export interface OperatorRow {
  readonly op: OpName;
  /** Operators that the gradient consists of; empty where there is none. */
  readonly gradient: readonly OpName[];
  readonly engines: Readonly<Record<EngineName, CellSupport>>;
}

/** Every operator on every engine, from the operators' gradient rules and the engines' declarations. */
export function parityMatrix(): OperatorRow[] {
  return opNames.map((op) => {
    const { gradient } = operatorExample(op);
    const cells = engineNames.map((engine) => [engine, cellOf(engine, op, gradient)] as const);
    return { op, gradient: gradient ?? [], engines: Object.fromEntries(cells) as Record<EngineName, CellSupport> };
  });
}

function cellOf(engine: EngineName, op: OpName, gradient: readonly OpName[] | undefined): CellSupport {
  const { composed, limits } = operatorTables[engine];
  const form = (name: OpName): Form => (composed.has(name) ? 'composed' : 'native');
  return {
    forward: form(op),
    ...(gradient === undefined ? {} : { gradient: gradient.some((name) => composed.has(name)) ? 'composed' : 'native' }),
    refused: limits.filter(({ operators }) => operators.includes(op)).map(({ refused }) => refused),
  };
}
