import type * as Tfjs from '@tensorflow/tfjs';

/** What is used of tfjs: pages have its core only. */
type Core = Pick<typeof Tfjs, 'concat' | 'conv2d' | 'gather' | 'reshape' | 'slice' | 'transpose' | 'zeros'>;

/** Of rows and of columns. */
type Pair = readonly [number, number];

/** Which taps of a filter meet at outputs of one phase along one axis, and how far the inputs that they are applied to reach. */
export interface Phase {
  /** Positions in the filter, in the order of the inputs; none where the outputs are zero. */
  readonly taps: readonly number[];
  /** Zeros before and after the input; negative where inputs at the edge go unused. */
  readonly pad: Pair;
}

/**
 * A transposed convolution gives output o = stride * m + phase from inputs m + d, with tap phase + before - stride * d of the filter; so it is a small
 * plain convolution for each phase. All phases have as many outputs as the first.
 * @param before zeros before the input of the convolution that is transposed.
 */
export function phasesOf(taps: number, stride: number, before: number, inputs: number, outputs: number): readonly Phase[] {
  return Array.from({ length: stride }, (_, phase) => {
    const met = Array.from({ length: taps }, (_, tap) => taps - 1 - tap).filter((tap) => (phase + before - tap) % stride === 0);
    const offsets = met.map((tap) => (phase + before - tap) / stride);
    const [first = 0, last = 0] = [offsets[0], offsets.at(-1)];
    return { taps: met, pad: [0 - first, Math.ceil(outputs / stride) + last - inputs] as const };
  });
}

/**
 * The transposed convolution of dy [B, h, w, A] with a filter [kh, kw, O, A], made of plain ones: [B, H, W, O]. tfjs's own kernel on wasm is a loop
 * over single samples, while plain convolutions run in XNNPACK. Intermediates are the caller's to free (`tf.tidy`).
 * @param size H and W. @param before zeros above and to the left of the input of the convolution that is transposed.
 * @returns undefined where a phase uses none of the input.
 */
export function transposeByPhases(
  tf: Core,
  dy: Tfjs.Tensor4D,
  filter: Tfjs.Tensor4D,
  { size, strides, before }: { readonly size: Pair; readonly strides: Pair; readonly before: Pair },
): Tfjs.Tensor4D | undefined {
  const [batch, height, width] = dy.shape;
  const [taps, tapsAcross, channels] = filter.shape;
  const rows = phasesOf(taps, strides[0], before[0], height, size[0]);
  const columns = phasesOf(tapsAcross, strides[1], before[1], width, size[1]);
  if (rows.some(usesNoneOf(height)) || columns.some(usesNoneOf(width))) return undefined;
  const [down, across] = [Math.ceil(size[0] / strides[0]), Math.ceil(size[1] / strides[1])];
  const part = (row: Phase, column: Phase): Tfjs.Tensor4D =>
    row.taps.length === 0 || column.taps.length === 0
      ? tf.zeros([batch, down, across, channels])
      : convolve(tf, dy, tf.gather(tf.gather(filter, [...row.taps], 0), [...column.taps], 1), row, column);
  // Columns that follow each other within a row, and rows within the picture, lie behind each other in memory: joining them takes no shuffle.
  const lines = rows.map((row) => {
    const parts = columns.map((column) => part(row, column));
    return tf.reshape(tf.concat(parts, 3), [batch, down, 1, -1]);
  });
  const whole: Tfjs.Tensor4D = tf.reshape(tf.concat(lines, 2), [batch, down * strides[0], across * strides[1], channels]);
  return whole.shape[1] === size[0] && whole.shape[2] === size[1] ? whole : tf.slice(whole, [0, 0, 0, 0], [batch, ...size, channels]);
}

const usesNoneOf =
  (inputs: number) =>
  ({ pad: [before, after] }: Phase): boolean =>
    Math.max(-before, 0) + Math.max(-after, 0) >= inputs;

function convolve(tf: Core, x: Tfjs.Tensor4D, filter: Tfjs.Tensor4D, row: Phase, column: Phase): Tfjs.Tensor4D {
  const [batch, height, width, channels] = x.shape;
  const [top, bottom, left, right] = [...row.pad, ...column.pad] as [number, number, number, number];
  const begin = [0, Math.max(-top, 0), Math.max(-left, 0), 0] as const;
  const used = [batch, height - begin[1] - Math.max(-bottom, 0), width - begin[2] - Math.max(-right, 0), channels] as const;
  const input = used[1] === height && used[2] === width ? x : tf.slice(x, [...begin], [...used]);
  const zeros = ([from, to]: Pair): [number, number] => [Math.max(from, 0), Math.max(to, 0)];
  // The filter of a transposed convolution is [height, width, outputs, inputs].
  return tf.conv2d(input, tf.transpose(filter, [0, 1, 3, 2]), 1, [[0, 0], zeros(row.pad), zeros(column.pad), [0, 0]]);
}
