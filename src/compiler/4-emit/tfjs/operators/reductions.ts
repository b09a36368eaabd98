import { flag } from '../../../ops/rules/attributes.js';
import { reducedAxes } from '../../../ops/rules/axes.js';
import type { StandardLayer } from '../layer-graph.js';
import type { OperatorEmitter } from './emission.js';

/** A reduction over height and width is a layer of its own, without the axes that are kept here; others are not. */
export const reduction =
  (name: string, overImage?: StandardLayer): OperatorEmitter =>
  (e) => {
    const rank = e.shape(0).length;
    const axes = [...reducedAxes(e.attributes, rank)].sort((a, b) => a - b);
    const keepsDimensions = flag(e.attributes, 'keepdims');
    if (axes.includes(0)) e.fail('reduces the first axis, which is the batch in TensorFlow.js');
    if (overImage !== undefined && rank === 4 && axes.join() === '1,2') {
      const vector = e.apply(overImage, [e.input(0)]);
      return keepsDimensions ? e.apply('Reshape', [vector], { target_shape: e.outputShape.slice(1) }) : vector;
    }
    return e.apply('MfncReduction', [e.input(0)], { function: name, axes, keepdims: keepsDimensions });
  };
