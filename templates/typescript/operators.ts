import * as tf from '@tensorflow/tfjs';

// Operators that tfjs has no gradient for, or a wrong one, made of operators whose gradients are right.

type Size = readonly [number, number];

/** 'same' (the output has ceil(size / stride) rows), 'valid', or [top, bottom, left, right]. */
export type Padding = 'same' | 'valid' | readonly [number, number, number, number];

export interface ConvolutionOptions {
  readonly strides?: Size;
  readonly dilations?: Size;
  readonly padding?: Padding;
}

/** The value of `x`, through which no gradient flows; tfjs has no such operator. */
export function stopGradient<T extends tf.Tensor>(x: T): T {
  const stopped = tf.customGrad<T>((value) => ({
    value: tf.clone(value as T),
    gradFunc: (gradient) => tf.zerosLike(gradient),
  }));
  return stopped(x);
}

/** The absolute value. Its gradient at 0 is 0; that of tfjs is -1. */
export function absolute<T extends tf.Tensor>(x: T): T {
  const magnitude = tf.customGrad<T>((value) => ({
    value: tf.abs(value as T),
    gradFunc: (gradient) => tf.mul(gradient, tf.sign(value as T)),
  }));
  return magnitude(x);
}

/** The greater of `a` and `b`; where they are equal the gradient goes to `a`. */
export function maximum(a: tf.Tensor, b: tf.Tensor): tf.Tensor {
  return tf.maximum(...stretched(a, b));
}

/** The lesser of `a` and `b`; where they are equal the gradient goes to `a`. */
export function minimum(a: tf.Tensor, b: tf.Tensor): tf.Tensor {
  return tf.minimum(...stretched(a, b));
}

/** Both in their common shape: the gradients of tfjs's maximum and minimum do not sum over axes that were stretched. */
function stretched(a: tf.Tensor, b: tf.Tensor): [tf.Tensor, tf.Tensor] {
  const shape = tf.backend_util.assertAndGetBroadcastShape(a.shape, b.shape);
  return [tf.broadcastTo(a, shape), tf.broadcastTo(b, shape)];
}

/** A comparison as 0 and 1. Its gradient is 0, as that of a step; tfjs throws on the way back through its own comparisons. */
export function compare<T extends tf.Tensor>(
  comparison: (a: tf.Tensor, b: tf.Tensor) => tf.Tensor,
  a: tf.Tensor | number,
  b: tf.Tensor | number,
): T {
  const compared = tf.customGrad((left, right) => ({
    value: tf.cast(comparison(left as tf.Tensor, right as tf.Tensor), 'float32'),
    gradFunc: () => [tf.zerosLike(left as tf.Tensor), tf.zerosLike(right as tf.Tensor)],
  }));
  return compared(typeof a === 'number' ? tf.scalar(a) : a, typeof b === 'number' ? tf.scalar(b) : b) as T;
}

/** `a` where the condition is not 0, `b` elsewhere. No gradient flows to the condition; tfjs throws on the way back to it. */
export function select(condition: tf.Tensor, a: tf.Tensor | number, b: tf.Tensor | number): tf.Tensor {
  const isChosen = tf.customGrad((value) => ({
    value: tf.notEqual(value as tf.Tensor, 0),
    gradFunc: () => tf.zerosLike(value as tf.Tensor),
  }));
  return tf.where(isChosen(condition), typeof a === 'number' ? tf.scalar(a) : a, typeof b === 'number' ? tf.scalar(b) : b);
}

/** The maximum over axes. Elements that share it share its gradient; tfjs gives the whole gradient to each of them. */
export function reduceMax(x: tf.Tensor, axes: number[] = x.shape.map((_, axis) => axis), keepDims = false): tf.Tensor {
  const maximum = tf.customGrad((value) => {
    const input = value as tf.Tensor;
    const kept = tf.max(input, axes, true);
    return {
      value: keepDims ? kept : tf.squeeze(kept, axes),
      gradFunc: (gradient) => {
        const isMaximum = tf.cast(tf.equal(input, kept), 'float32');
        return tf.mul(isMaximum, tf.div(tf.reshape(gradient, kept.shape), tf.sum(isMaximum, axes, true)));
      },
    };
  });
  return maximum(x);
}

/**
 * Convolution of x [B, H, W, C] with a filter [h, w, C, O]. The filter is spread out for dilations and the picture padded by hand, since
 * tfjs has no gradient for dilations, and none for explicit paddings on every backend.
 */
export function conv2d(x: tf.Tensor4D, filter: tf.Tensor4D, options: ConvolutionOptions = {}): tf.Tensor4D {
  const { strides = [1, 1], dilations = [1, 1], padding = 'same' } = options;
  const [input, pad] = typeof padding === 'string' ? [x, padding] : [padPicture(x, padding), 'valid' as const];
  return tf.conv2d(input, dilate(filter, dilations), [...strides], pad);
}

/** Convolution of each channel of x [B, H, W, C] with filters of its own, [h, w, C, M]; dilations and paddings as in `conv2d`. */
export function depthwiseConv2d(x: tf.Tensor4D, filter: tf.Tensor4D, options: ConvolutionOptions = {}): tf.Tensor4D {
  const { strides = [1, 1], dilations = [1, 1], padding = 'same' } = options;
  const [input, pad] = typeof padding === 'string' ? [x, padding] : [padPicture(x, padding), 'valid' as const];
  return tf.depthwiseConv2d(input, dilate(filter, dilations), [...strides], pad);
}

/** Transposed convolution of x [B, h, w, A] with a filter [kh, kw, O, A], to the output size [H, W]; dilations and paddings as in `conv2d`. */
export function conv2dTranspose(x: tf.Tensor4D, filter: tf.Tensor4D, size: Size, options: ConvolutionOptions = {}): tf.Tensor4D {
  const { strides = [1, 1], dilations = [1, 1], padding = 'same' } = options;
  const kernel = dilate(filter, dilations);
  const [batch, outputs] = [x.shape[0], filter.shape[2]];
  if (typeof padding === 'string') return tf.conv2dTranspose(x, kernel, [batch, size[0], size[1], outputs], [...strides], padding);
  const [top, bottom, left, right] = padding;
  const padded = tf.conv2dTranspose(x, kernel, [batch, size[0] + top + bottom, size[1] + left + right, outputs], [...strides], 'valid');
  return tf.slice(padded, [0, top, left, 0], [batch, size[0], size[1], outputs]);
}

function padPicture(x: tf.Tensor4D, padding: readonly number[], value = 0): tf.Tensor4D {
  const [top = 0, bottom = 0, left = 0, right = 0] = padding;
  return tf.pad(
    x,
    [
      [0, 0],
      [top, bottom],
      [left, right],
      [0, 0],
    ],
    value,
  );
}

/** A filter [h, w, ...] with `dilation - 1` zeros between its taps. */
function dilate(filter: tf.Tensor4D, dilations: Size): tf.Tensor4D {
  let result = filter;
  for (const axis of [0, 1] as const) {
    const dilation = dilations[axis];
    if (dilation === 1) continue;
    const taps = tf.split<tf.Tensor4D>(result, result.shape[axis], axis);
    const gapShape = result.shape.map((extent, i) => (i === axis ? dilation - 1 : extent)) as [number, number, number, number];
    const gap = tf.zeros<tf.Rank.R4>(gapShape);
    result = tf.concat<tf.Tensor4D>(
      taps.flatMap((tap, i) => (i === 0 ? [tap] : [gap, tap])),
      axis,
    );
  }
  return result;
}

/**
 * Mean over windows; padding does not count as elements. A depthwise convolution with ones divided by the number of pixels, since
 * tfjs's own gradient divides by the whole window at padded borders.
 */
export function averagePool(x: tf.Tensor4D, size: Size, options: Omit<ConvolutionOptions, 'dilations'> = {}): tf.Tensor4D {
  const { strides = [1, 1], padding = 'valid' } = options;
  if (padding === 'valid') return tf.avgPool(x, [...size], [...strides], 'valid');
  const ones = tf.ones<tf.Rank.R4>([size[0], size[1], x.shape[3], 1]);
  const sums = depthwiseConv2d(x, ones, { strides, padding });
  const counts = depthwiseConv2d(tf.onesLike(x), ones, { strides, padding });
  return tf.div(sums, counts);
}

/** Maximum over windows; padding never is the maximum. */
export function maximumPool(x: tf.Tensor4D, size: Size, options: Omit<ConvolutionOptions, 'dilations'> = {}): tf.Tensor4D {
  const { strides = [1, 1], padding = 'valid' } = options;
  const [input, pad] = typeof padding === 'string' ? [x, padding] : [padPicture(x, padding, -3.4e38), 'valid' as const];
  return tf.maxPool(input, [...size], [...strides], pad);
}

/** Channels to blocks of pixels, [B, H, W, b b C] to [B, b H, b W, C]: pixel shuffle. tfjs's depthToSpace has no gradient. */
export function depthToSpace(x: tf.Tensor4D, block: number): tf.Tensor4D {
  const [batch, height, width, channels] = x.shape;
  const inner = channels / block ** 2;
  const blocks = tf.reshape(x, [batch, height, width, block, block, inner]);
  return tf.reshape(tf.transpose(blocks, [0, 1, 3, 2, 4, 5]), [batch, height * block, width * block, inner]);
}

/** Blocks of pixels to channels, the inverse of `depthToSpace`. */
export function spaceToDepth(x: tf.Tensor4D, block: number): tf.Tensor4D {
  const [batch, height, width, channels] = x.shape;
  const blocks = tf.reshape(x, [batch, height / block, block, width / block, block, channels]);
  return tf.reshape(tf.transpose(blocks, [0, 1, 3, 2, 4, 5]), [batch, height / block, width / block, channels * block ** 2]);
}

/**
 * Products of the matrices in the last two axes. A single matrix is multiplied with each of the other operand's; tfjs has no right gradient for that, so it
 * is repeated.
 */
export function matMul<T extends tf.Tensor>(a: tf.Tensor, b: tf.Tensor, transposeA = false, transposeB = false): T {
  const leading = (a.rank === 2 ? b : a).shape.slice(0, -2);
  const [left, right] = [a, b].map((x) => (x.rank === leading.length + 2 ? x : tf.broadcastTo(x, [...leading, ...x.shape.slice(-2)])));
  return tf.matMul<T>(left as tf.Tensor, right as tf.Tensor, transposeA, transposeB);
}

/**
 * Pads with copies of `x`: of its edge (replicate), mirrored without the edge (reflect) or with it (symmetric). Made of slices, since the
 * gradient of tfjs's mirrorPad is wrong and it has no replicate.
 */
export function padWith<T extends tf.Tensor>(
  x: T,
  paddings: readonly (readonly number[])[],
  mode: 'replicate' | 'reflect' | 'symmetric',
): T {
  let result: tf.Tensor = x;
  for (const [axis, [before = 0, after = 0]] of paddings.entries()) {
    const extent = result.shape[axis] ?? 0;
    const edge = (start: number, count: number): tf.Tensor[] => {
      if (count === 0) return [];
      const from = result.shape.map((_, i) => (i === axis ? start : 0));
      if (mode === 'replicate') {
        const line = tf.slice(
          result,
          from,
          result.shape.map((size, i) => (i === axis ? 1 : size)),
        );
        return Array.from({ length: count }, () => line);
      }
      return [
        tf.reverse(
          tf.slice(
            result,
            from,
            result.shape.map((size, i) => (i === axis ? count : size)),
          ),
          axis,
        ),
      ];
    };
    const skipped = mode === 'reflect' ? 1 : 0;
    const head = edge(mode === 'replicate' ? 0 : skipped, before);
    const tail = edge(mode === 'replicate' ? extent - 1 : extent - after - skipped, after);
    if (head.length + tail.length > 0) result = tf.concat([...head, result, ...tail], axis);
  }
  return result as T;
}

/** A tensor whose elements are their own index along an axis, counted from 0. */
export function positions(shape: readonly number[], axis = 0): tf.Tensor {
  const line = shape.map((extent, i) => (i === axis ? extent : 1));
  return tf.broadcastTo(tf.range(0, shape[axis] ?? 1).reshape(line), [...shape]);
}
