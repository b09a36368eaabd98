import type { Definition, ValueRange } from './ir.js';

/** The house's range: pictures are in [-1, 1] inside networks unless a port says otherwise. */
const usualRange: ValueRange = [-1, 1];

/** Range of the pictures that a training reads: that of the model's first input which states one, as all pictures of a model are of one kind. */
export function streamRange(model: Pick<Definition, 'inputs'> | undefined): ValueRange {
  return model?.inputs.find(({ range }) => range !== undefined)?.range ?? usualRange;
}
