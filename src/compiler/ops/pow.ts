import type { OpDefinition } from './op.js';
import { broadcastShape } from './rules/elementwise.js';

export const pow: OpDefinition = {
  name: 'pow',
  documentation: 'a to the power of b. A negative a needs a whole b; the gradient of b is 0 where a <= 0.',
  inputs: ['a', 'b'],
  attributes: [],
  callable: true,
  shape: broadcastShape,
  gradient: (builder, { inputs: [a = 0, b = 0], output, outputGradient, needs }) => {
    const baseGradient = (): number => {
      const reduced = builder.emit('pow', [a, builder.emit('sub', [b, builder.scalar(1)])]);
      return builder.emit('mul', [outputGradient, builder.emit('mul', [b, reduced])]);
    };
    const exponentGradient = (): number => {
      const positive = builder.emit('greater', [a, builder.scalar(0)]);
      const logarithm = builder.emit('log', [builder.emit('select', [positive, a, builder.scalar(1)])]);
      return builder.emit('mul', [outputGradient, builder.emit('mul', [output, logarithm])]);
    };
    return [
      needs[0] ? builder.unbroadcast(baseGradient(), builder.shapeOf(a)) : undefined,
      needs[1] ? builder.unbroadcast(exponentGradient(), builder.shapeOf(b)) : undefined,
    ];
  },
};
