import { type Dimension, floorDivide, multiply } from '../ir/dimension.js';
import type { OpDefinition } from './op.js';
import { number } from './rules/attributes.js';
import { problem, rankProblem } from './rules/problem.js';
import { oneType } from './rules/types.js';

export const depthToSpace: OpDefinition = {
  name: 'depth_to_space',
  documentation:
    'Moves channels into blocks of pixels: [B, H, W, b*b*C] -> [B, b*H, b*W, C]. Channel (i*b + j)*C + c goes to row i, column j of the block (TensorFlow\\\'s order, "DCR" in ONNX).',
  inputs: ['x'],
  attributes: [{ name: 'block_size', kind: 'int', documentation: 'Side b of a block of pixels.' }],
  callable: true,
  shape: ([x = []], attributes, context) => {
    const block = number(attributes, 'block_size');
    const wrong = rankProblem('depth_to_space', x, 4, '[B, H, W, C]');
    if (wrong) return wrong;
    if (block < 1) return problem(`block_size is 1 or more, found ${block}`);
    const [batch, height, width, channels] = x as [Dimension, Dimension, Dimension, Dimension];
    const result = floorDivide(channels, block * block);
    if (!context.equal(multiply(result, block * block), channels)) {
      return problem(`the number of channels is divisible by ${block} * ${block}, found ${channels}`, 0);
    }
    return [batch, multiply(height, block), multiply(width, block), result];
  },
  type: oneType,
  gradient: (builder, { outputGradient, attributes }) => [
    builder.emit('space_to_depth', [outputGradient], { block_size: number(attributes, 'block_size') }),
  ],
};
