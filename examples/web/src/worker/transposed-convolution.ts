import * as tf from '@tensorflow/tfjs-core';
import { transposeByPhases } from '../../../../src/runtime/engines/tfjs/kernels/wasm/phases.js';

/** Makes transposed convolutions on wasm out of plain ones: with tfjs's own kernel LW-DRGN spent four fifths of its time there. */
export function speedUpTransposedConvolution(): void {
  const own = tf.getKernel('Conv2DBackpropInput', 'wasm');
  tf.unregisterKernel(own.kernelName, own.backendName);
  tf.registerKernel({
    ...own,
    kernelFunc: (call) => {
      const { dy, filter } = call.inputs as unknown as { readonly dy: tf.Tensor4D; readonly filter: tf.Tensor4D };
      const { strides, pad, inputShape, dataFormat } = call.attrs as unknown as tf.Conv2DBackpropInputAttrs;
      const window = tf.backend_util.computeConv2DInfo(inputShape, filter.shape, strides, 1, pad as 'same' | 'valid' | number);
      const form = {
        size: [inputShape[1], inputShape[2]],
        strides: [window.strideHeight, window.strideWidth],
        before: [window.padInfo.top, window.padInfo.left],
      } as const;
      const result = dataFormat === 'NHWC' ? tf.tidy(() => transposeByPhases(tf, dy, filter, form)) : undefined;
      return result ?? own.kernelFunc(call);
    },
  });
}
