import type { Program } from '../../src/compiler/ir/program.js';
import type { HostTensor } from '../../src/runtime/engines/index.js';
import { programBuilder } from '../support/program-builder.js';
import { randomValues } from '../support/reference/random.js';
import { elementsIn } from '../support/reference/tensor.js';

/** Four convolutions in a row, each with its bias: before ReLU, leaky ReLU, sigmoid and nothing; then a transposed one before ReLU. */
export function fusedNetwork(): Program {
  const b = programBuilder('fused');
  let x = b.input('x', [1, 12, 12, 4]);
  const add = (sum: number, i: number): number => b.op('add', [sum, b.parameter(`bias${i}`, [4])]);
  const convolve = (i: number): number => add(b.op('conv2d', [x, b.parameter(`kernel${i}`, [3, 3, 4, 4])]), i);
  x = b.op('relu', [convolve(0)]);
  x = b.op('leaky_relu', [convolve(1)], { alpha: 0.2 });
  x = b.op('sigmoid', [convolve(2)]);
  x = convolve(3);
  const larger = { strides: [2, 2], output_size: [24, 24] };
  b.result('y', b.op('relu', [add(b.op('conv2d_transpose', [x, b.parameter('kernel4', [4, 4, 4, 4])], larger), 4)]));
  return b.build();
}

/** Values of its inputs of a role; none is zero, which an optimiser would leave out. */
export function valuesOf({ inputs, tensors }: Program, role: 'parameter' | 'data'): Map<string, HostTensor> {
  return new Map(
    inputs
      .filter((input) => input.role === role)
      .map(({ name, tensor }) => {
        const shape = tensors[tensor]?.shape ?? [];
        return [name, { shape, values: Float32Array.from(randomValues(elementsIn(shape), name, 0.1, 0.3)) }];
      }),
  );
}
