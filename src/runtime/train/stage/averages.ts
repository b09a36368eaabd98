import { averageName } from '../../../compiler/3-lower/index.js';
import type { HostTensor } from '../../engines/engine.js';

/**
 * The weights that a stage gives, to write, to show and to go on with: where it keeps a moving average of a weight, that, else the weight itself.
 * @param weights by path. @param states of the stage's train step, by name.
 */
export function withAverages(weights: ReadonlyMap<string, HostTensor>, states: ReadonlyMap<string, HostTensor>): Map<string, HostTensor> {
  return new Map([...weights].map(([path, weight]) => [path, states.get(averageName(path)) ?? weight]));
}
