import { type Compared, compareModels } from './comparison.js';
import type { ModelDiff } from './model-diff.js';

export { type Compared, type Comparison, compareModels } from './comparison.js';
export { diffDiagram } from './diagram/index.js';
export { anyPath } from './instance-diff.js';
export { type LossTerm, lossTerms } from './loss-terms.js';
export type * from './model-diff.js';
export { rangesOfNames } from './ranges-of-names.js';

/** The difference that `compareModels` finds, alone. */
export const diffModels = (a: Compared, b: Compared, size: ModelDiff['size']): ModelDiff => compareModels(a, b, size).diff;
