import type { AttributeSpecification, OpDefinition } from '../op.js';
import { isProblem, problem, rankProblem } from './problem.js';
import { paddingAttribute, poolSizeAttribute, poolWindow, stridesAttribute, windowOutput, windowProblem } from './window.js';

export const poolingAttributes: readonly AttributeSpecification[] = [
  poolSizeAttribute,
  stridesAttribute,
  { ...paddingAttribute, default: 'valid' },
];

/** Shape rule of pooling: [B, H, W, C] -> [B, rows, columns, C]. */
export const poolingShape: OpDefinition['shape'] = ([x = []], attributes) => {
  const wrong = rankProblem('pooling', x, 4, '[B, H, W, C]') ?? windowProblem(attributes);
  if (wrong) return wrong;
  const [batch = 1, height = 1, width = 1, channels = 1] = x;
  const window = poolWindow(attributes);
  if (typeof window.padding !== 'string') {
    const [top, bottom, left, right] = window.padding;
    if (Math.max(top, bottom) >= window.size[0] || Math.max(left, right) >= window.size[1]) {
      return problem(`a padding of [${window.padding.join(', ')}] leaves windows of ${window.size.join('x')} with no element to pool`);
    }
  }
  const output = windowOutput(height, width, window);
  return isProblem(output) ? output : [batch, ...output, channels];
};
