import type { Program } from '../../../src/compiler/ir/program.js';
import { programBuilder } from '../../support/program-builder.js';

/** Two convolutions with biases, a channel attention without, and a residual: [1, 8, 8, 3] -> [1, 8, 8, 4]. */
export function attentionNetwork(): Program {
  const b = programBuilder('attention');
  const image = b.input('low', [1, 8, 8, 3]);
  const convolution = (path: string, x: number) => {
    const filtered = b.op('conv2d', [x, b.parameter(`${path}.kernel`, [3, 3, b.shapeOf(x)[3] ?? 0, 4])]);
    return b.op('add', [filtered, b.parameter(`${path}.bias`, [4])]);
  };
  const first = b.op('relu', [convolution('first', image)]);
  const body = convolution('body[2]', first);
  const pooled = b.op('reduce_mean', [body], { axes: [1, 2], keepdims: true });
  const scale = b.op('sigmoid', [b.op('conv2d', [pooled, b.parameter('attention.kernel', [1, 1, 4, 4])])]);
  b.result('enhanced', b.op('add', [first, b.op('mul', [body, scale])]));
  return b.build();
}
