import { coveredCounts } from '../../../../compiler/ops/rules/window.js';
import type { Tfjs } from '../library.js';
import { type Kernel, operand, runKernel } from './kernel.js';
import { explicitPadding, imageSize, poolWindow, type Window } from './window.js';

const pool =
  (kernelName: 'AvgPool' | 'MaxPool'): Kernel =>
  (call) => {
    const x = operand(call, 0);
    const window = poolWindow(call.attributes);
    const pad = explicitPadding(window, imageSize(x.shape));
    return runKernel(call, kernelName, { x }, { filterSize: window.size, strides: window.strides, pad });
  };

/** For each position of a pooling window, 1 divided by the number of pixels of the image that it covers: [1, rows, columns, 1]. */
export function averageShares(
  tf: typeof Tfjs,
  window: Window,
  [height, width]: readonly [number, number],
  [rows, columns]: readonly [number, number],
): Tfjs.Tensor {
  const pad = explicitPadding(window, [height, width]);
  const rowCounts = coveredCounts(rows, height, window.size[0], window.strides[0], pad[1]?.[0] ?? 0);
  const columnCounts = coveredCounts(columns, width, window.size[1], window.strides[1], pad[2]?.[0] ?? 0);
  const shares = rowCounts.flatMap((row) => columnCounts.map((column) => 1 / (row * column)));
  return tf.tensor(shares, [1, rows, columns, 1]);
}

/**
 * Each output's gradient, divided by the number of pixels it averaged, goes to all of them: the input gradient of a depthwise
 * convolution with ones. tfjs's own AvgPoolGrad divides by the whole window, which is wrong at padded borders.
 */
const averagePoolGradient: Kernel = (call) => {
  const { tf } = call;
  const dy = operand(call, 0);
  const window = poolWindow(call.attributes);
  const size = imageSize(call.outputShape);
  return runKernel(
    call,
    'DepthwiseConv2dNativeBackpropInput',
    {
      dy: tf.mul(dy, averageShares(tf, window, size, imageSize(dy.shape))),
      filter: tf.ones([...window.size, dy.shape[3] as number, 1]),
    },
    { inputShape: [...call.outputShape], strides: window.strides, pad: explicitPadding(window, size), dilations: [1, 1] },
  );
};

const maxPoolGradient: Kernel = (call) => {
  const [input, output, dy] = [operand(call, 0), operand(call, 1), operand(call, 2)];
  const window = poolWindow(call.attributes);
  const pad = explicitPadding(window, imageSize(input.shape));
  return runKernel(call, 'MaxPoolGrad', { dy, input, output }, { filterSize: window.size, strides: window.strides, pad });
};

export const poolingKernels = {
  avg_pool: pool('AvgPool'),
  avg_pool_gradient: averagePoolGradient,
  max_pool: pool('MaxPool'),
  max_pool_gradient: maxPoolGradient,
};
