import { flag } from '../../../ops/rules/attributes.js';
import { reducedAxes } from '../../../ops/rules/axes.js';
import { channelsFirst, sameLayout, storedAxis } from '../layout.js';
import { input, type OperatorEmitter } from './operator-emitter.js';

function reduction(opType: string): OperatorEmitter {
  return (emission, node) => {
    const x = input(node, 0);
    const shape = emission.shapeOf(x);
    const axes = reducedAxes(node.attributes, shape.length);
    const keepDimensions = flag(node.attributes, 'keepdims');
    if (axes.length === 0) return emission.alias(node.output, x);

    const layout = emission.layoutOf(x);
    const value = emission.value(x, layout);
    const storedAxes = axes.map((axis) => storedAxis(layout, axis)).sort((a, b) => a - b);
    if (keepDimensions) {
      // Kernels of GlobalAveragePool exist in onnxruntime's blocked layout too; those of ReduceMean do not.
      const overImage = opType === 'ReduceMean' && sameLayout(layout, channelsFirst) && storedAxes.join() === '2,3';
      const result = overImage
        ? emission.graph.node('GlobalAveragePool', [value], [...value.shape.slice(0, 2), 1, 1])
        : emission.graph.reduce(opType, value, storedAxes, true);
      return emission.define(node.output, result, layout);
    }
    const result = emission.graph.reduce(opType, value, storedAxes, false);
    const remaining = layout.filter((axis) => !axes.includes(axis));
    const order = [...remaining].sort((a, b) => a - b);
    emission.define(
      node.output,
      emission.graph.transpose(
        result,
        order.map((axis) => remaining.indexOf(axis)),
      ),
    );
  };
}

export const reductionEmitters = {
  reduce_sum: reduction('ReduceSum'),
  reduce_mean: reduction('ReduceMean'),
  reduce_max: reduction('ReduceMax'),
};
