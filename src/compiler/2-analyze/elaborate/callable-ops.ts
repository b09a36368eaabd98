import { type OpName, opDefinition, opNames } from '../../ops/index.js';

/** Operators that sources may call by name. */
export const callableOps: readonly OpName[] = opNames.filter((name) => opDefinition(name).callable);
