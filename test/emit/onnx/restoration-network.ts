import type { Program } from '../../../src/compiler/ir/program.js';
import { programBuilder } from '../../support/program-builder.js';

/**
 * A small network with everything an image-restoration network has: strided and plain convolutions with bias and activation, channel
 * attention, a residual, dense fusion, a deconvolution, concatenation, pixel shuffle. [2, 8, 12, 3] -> [2, 8, 12, 3].
 */
export function restorationNetwork(): Program {
  const b = programBuilder('restoration');
  const bias = (path: string, x: number): number => b.op('add', [x, b.parameter(path, [b.shapeOf(x)[3] as number])]);
  const convolution = (path: string, x: number, filters: number, size: number, stride = 1): number => {
    const kernel = b.parameter(`${path}.kernel`, [size, size, b.shapeOf(x)[3] as number, filters]);
    return bias(`${path}.bias`, b.op('conv2d', [x, kernel], { strides: [stride, stride] }));
  };
  const image = b.input('low', [2, 8, 12, 3]);
  const first = b.op('relu', [convolution('first', image, 16, 3, 2)]);
  const pooled = b.op('reduce_mean', [first], { axes: [1, 2], keepdims: true });
  const scale = b.op('sigmoid', [convolution('attention.up', b.op('relu', [convolution('attention.down', pooled, 2, 1)]), 16, 1)]);
  const residual = b.op('add', [first, b.op('mul', [convolution('body', first, 16, 3), scale])]);
  const dense = convolution('dense', b.op('concat', [first, residual], { axis: 3 }), 16, 1);
  const kernel = b.parameter('up.kernel', [4, 4, 4, 16]);
  const up = b.op('relu', [bias('up.bias', b.op('conv2d_transpose', [dense, kernel], { strides: [2, 2], output_size: [8, 12] }))]);
  const shuffled = b.op('depth_to_space', [convolution('shuffle', residual, 12, 3)], { block_size: 2 });
  const fused = convolution('fuse', b.op('concat', [up, shuffled, image], { axis: 3 }), 3, 1);
  b.result('enhanced', b.op('clip', [b.op('sub', [image, fused])], { minimum: -1, maximum: 1 }));
  return b.build();
}
