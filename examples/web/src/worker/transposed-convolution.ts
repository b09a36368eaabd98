import * as tf from '@tensorflow/tfjs-core';

/** Which taps of a filter meet at outputs of one phase along one axis, and how far the inputs that they are applied to reach. */
export interface Phase {
  /** Positions in the filter, in the order of the inputs. */
  readonly taps: readonly number[];
  /** Zeros before and after the input. */
  readonly pad: readonly [number, number];
}

/**
 * A transposed convolution gives output o = stride * m + phase from inputs m + d, with tap phase + before - stride * d of the filter; so it is a small
 * plain convolution for each phase.
 * @param before zeros before the input of the convolution that is transposed.
 * @returns undefined where a phase is no plain convolution over the whole input: it has no tap, or inputs at the edge go unused.
 */
export function phasesOf(taps: number, stride: number, before: number): readonly Phase[] | undefined {
  const phases = Array.from({ length: stride }, (_, phase) => {
    const met = Array.from({ length: taps }, (_, tap) => taps - 1 - tap).filter((tap) => (phase + before - tap) % stride === 0);
    const offsets = met.map((tap) => (phase + before - tap) / stride);
    return { taps: met, pad: [-(offsets[0] ?? 1), offsets.at(-1) ?? -1] as const };
  });
  return phases.every(({ pad }) => pad[0] >= 0 && pad[1] >= 0) ? phases : undefined;
}

/**
 * Makes transposed convolutions on wasm out of plain ones. tfjs's own kernel is a loop over single samples, while plain convolutions run in XNNPACK:
 * with it LW-DRGN spent four fifths of its time there.
 */
export function speedUpTransposedConvolution(): void {
  const own = tf.getKernel('Conv2DBackpropInput', 'wasm');
  tf.unregisterKernel(own.kernelName, own.backendName);
  tf.registerKernel({
    ...own,
    kernelFunc: (call) => {
      const { dy, filter } = call.inputs as unknown as { readonly dy: tf.Tensor4D; readonly filter: tf.Tensor4D };
      const { strides, pad, inputShape, dataFormat } = call.attrs as unknown as tf.Conv2DBackpropInputAttrs;
      const window = tf.backend_util.computeConv2DInfo(inputShape, filter.shape, strides, 1, pad as 'same' | 'valid' | number);
      const rows = phasesOf(window.filterHeight, window.strideHeight, window.padInfo.top);
      const columns = phasesOf(window.filterWidth, window.strideWidth, window.padInfo.left);
      const [batch, height, width] = dy.shape;
      const whole = inputShape[1] === height * window.strideHeight && inputShape[2] === width * window.strideWidth;
      if (dataFormat !== 'NHWC' || rows === undefined || columns === undefined || !whole) return own.kernelFunc(call);
      return tf.tidy(() => {
        // Columns that follow each other within a row, and rows within the picture, lie behind each other in memory: joining them takes no shuffle.
        const lines = rows.map((row) =>
          tf.reshape(
            tf.concat(
              columns.map((column) => convolve(dy, filter, row, column)),
              3,
            ),
            [batch, height, 1, -1],
          ),
        );
        return tf.reshape(tf.concat(lines, 2), inputShape);
      });
    },
  });
}

function convolve(x: tf.Tensor4D, filter: tf.Tensor4D, row: Phase, column: Phase): tf.Tensor4D {
  const part = tf.gather(tf.gather(filter, [...row.taps], 0), [...column.taps], 1);
  // The filter of a transposed convolution is [height, width, outputs, inputs].
  return tf.conv2d(x, tf.transpose(part, [0, 1, 3, 2]), 1, [[0, 0], [...row.pad], [...column.pad], [0, 0]]);
}
