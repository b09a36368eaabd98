import { type SourceOpName, sourceOpDefinition, sourceOpNames } from '../../ops/index.js';

/** Operators that sources may call by name. */
export const callableOps: readonly SourceOpName[] = sourceOpNames.filter((name) => sourceOpDefinition(name).callable);
