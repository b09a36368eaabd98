import { type Dimension, floorDivide, multiply } from '../ir/dimension.js';
import type { OpDefinition } from './op.js';
import { number } from './rules/attributes.js';
import { problem, rankProblem } from './rules/problem.js';
import { oneType } from './rules/types.js';

export const spaceToDepth: OpDefinition = {
  name: 'space_to_depth',
  documentation: 'Moves blocks of pixels into channels: [B, b*H, b*W, C] -> [B, H, W, b*b*C], the inverse of depth_to_space.',
  inputs: ['x'],
  attributes: [{ name: 'block_size', kind: 'int', documentation: 'Side b of a block of pixels.' }],
  callable: true,
  shape: ([x = []], attributes, context) => {
    const block = number(attributes, 'block_size');
    const wrong = rankProblem('space_to_depth', x, 4, '[B, H, W, C]');
    if (wrong) return wrong;
    if (block < 1) return problem(`block_size is 1 or more, found ${block}`);
    const [batch, height, width, channels] = x as [Dimension, Dimension, Dimension, Dimension];
    const rows = floorDivide(height, block);
    const columns = floorDivide(width, block);
    if (!context.equal(multiply(rows, block), height) || !context.equal(multiply(columns, block), width)) {
      return problem(`height and width are divisible by ${block}, found ${height}x${width}`, 0);
    }
    return [batch, rows, columns, multiply(channels, block * block)];
  },
  type: oneType,
  gradient: (builder, { outputGradient, attributes }) => [
    builder.emit('depth_to_space', [outputGradient], { block_size: number(attributes, 'block_size') }),
  ],
};
