import type { Tfjs } from '../../library.js';
import { type Kernel, operand } from '../kernel.js';
import { averageShares } from '../pooling.js';
import { explicitPadding, imageSize, poolWindow } from '../window.js';
import { inputGradient } from './convolution.js';
import { frame, padImage, pixelsAt, spread, tapsOf } from './positions.js';

export const averagePoolGradient: Kernel = (call) => {
  const { tf } = call;
  const dy = operand(call, 0);
  const window = poolWindow(call.attributes);
  const shares = averageShares(tf, window, imageSize(call.outputShape), imageSize(dy.shape));
  return inputGradient(call, tf.mul(dy, shares), tf.ones([...window.size, dy.shape[3] as number, 1]), window);
};

/**
 * Tap by tap, the gradient of the windows whose first maximum the tap met goes to its pixels. tfjs's own kernel loses the gradient of windows at the
 * right border.
 */
export const maxPoolGradient: Kernel = (call) => {
  const { tf } = call;
  const [x, y, dy] = [operand(call, 0), operand(call, 1), operand(call, 2)];
  const window = poolWindow(call.attributes);
  const image = padImage(tf, x, window, Number.NEGATIVE_INFINITY);
  const size = imageSize(x.shape);
  const [, [top] = [0], [left] = [0]] = explicitPadding(window, size);
  let gradient: Tfjs.Tensor = tf.zeros([...x.shape]);
  // 1 where no tap so far met the maximum.
  let open: Tfjs.Tensor = tf.ones([...y.shape]);
  for (const tap of tapsOf(window)) {
    const isMaximum = tf.cast(tf.equal(pixelsAt(tf, image, window, tap, imageSize(y.shape)), y), 'float32');
    const met = tf.mul(isMaximum, open);
    open = tf.sub(open, met);
    const shift = [tap[0] * window.dilations[0] - top, tap[1] * window.dilations[1] - left] as const;
    gradient = tf.add(gradient, frame(tf, spread(tf, tf.mul(met, dy), window.strides), shift, size));
  }
  return gradient;
};
