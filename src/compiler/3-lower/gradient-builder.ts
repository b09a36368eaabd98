import type { Origin, TensorId } from '../ir/program.js';
import type { Attributes, GradientBuilder } from '../ops/index.js';
import { stretchedAxes } from '../ops/rules/broadcasting.js';
import type { ProgramBuilder } from './program-builder.js';

/** Lets gradient rules write into a Program. Their nodes carry the origin of the node they differentiate. */
export const gradientBuilder = (builder: ProgramBuilder, origin: Origin | undefined): GradientBuilder => {
  const emit = (op: string, inputs: readonly TensorId[], attributes?: Attributes): TensorId => builder.emit(op, inputs, attributes, origin);
  return {
    shapeOf: (tensor) => builder.shapeOf(tensor),
    typeOf: (tensor) => builder.typeOf(tensor),
    emit,
    constant: (values, shape) => builder.constant(values, shape),
    scalar: (value) => builder.scalar(value),
    unbroadcast: (gradient, shape) => {
      const from = builder.shapeOf(gradient);
      const axes = stretchedAxes(shape, from);
      const missing = from.length - shape.length;
      if (axes.length === 0) return gradient;
      // A bias [C] under [B, H, W, C] lacks all the axes that were stretched: one reduction gives its shape.
      if (axes.every((axis) => axis < missing)) return emit('reduce_sum', [gradient], { axes, keepdims: false });
      const sum = emit('reduce_sum', [gradient], { axes, keepdims: true });
      return missing === 0 ? sum : emit('reshape', [sum], { shape });
    },
  };
};
