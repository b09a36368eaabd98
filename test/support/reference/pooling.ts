import type { Window } from '../../../src/compiler/ops/rules/padding.js';
import { accumulator, forEachTap } from './convolutions.js';
import { elementsIn, type Tensor64 } from './tensor.js';

type Size = readonly [number, number];

const offset = (shape: readonly number[], n: number, row: number, column: number, channel: number): number =>
  ((n * (shape[1] ?? 0) + row) * (shape[2] ?? 0) + column) * (shape[3] ?? 0) + channel;

/** Number of elements, without padding, under the window at each position [rows, columns]. */
const counts = (image: Size, output: Size, window: Window): Float64Array => {
  const result = new Float64Array(output[0] * output[1]);
  forEachTap(image, output, window, (_row, _column, i, j) => {
    result[i * output[1] + j] = (result[i * output[1] + j] ?? 0) + 1;
  });
  return result;
};

const forEachChannel = (shape: readonly number[], visit: (n: number, channel: number) => void): void => {
  for (let n = 0; n < (shape[0] ?? 0); n++) for (let c = 0; c < (shape[3] ?? 0); c++) visit(n, c);
};

export const averagePool = (x: Tensor64, shape: readonly number[], window: Window): Tensor64 => {
  const result = accumulator(shape);
  const image: Size = [x.shape[1] ?? 0, x.shape[2] ?? 0];
  const output: Size = [shape[1] ?? 0, shape[2] ?? 0];
  const count = counts(image, output, window);
  forEachChannel(shape, (n, c) => {
    forEachTap(image, output, window, (row, column, i, j) => {
      const share = (x.values[offset(x.shape, n, row, column, c)] ?? 0) / (count[i * output[1] + j] ?? 1);
      const y = offset(shape, n, i, j, c);
      result.values[y] = (result.values[y] ?? 0) + share;
    });
  });
  return result;
};

export const averagePoolGradient = (dy: Tensor64, shape: readonly number[], window: Window): Tensor64 => {
  const result = accumulator(shape);
  const image: Size = [shape[1] ?? 0, shape[2] ?? 0];
  const output: Size = [dy.shape[1] ?? 0, dy.shape[2] ?? 0];
  const count = counts(image, output, window);
  forEachChannel(shape, (n, c) => {
    forEachTap(image, output, window, (row, column, i, j) => {
      const x = offset(shape, n, row, column, c);
      result.values[x] = (result.values[x] ?? 0) + (dy.values[offset(dy.shape, n, i, j, c)] ?? 0) / (count[i * output[1] + j] ?? 1);
    });
  });
  return result;
};

/** Offsets in x of the first maximum under the window at each element of the output. */
const firstMaxima = (x: Tensor64, shape: readonly number[], window: Window): Int32Array => {
  const best = new Int32Array(elementsIn(shape)).fill(-1);
  forEachChannel(shape, (n, c) => {
    forEachTap([x.shape[1] ?? 0, x.shape[2] ?? 0], [shape[1] ?? 0, shape[2] ?? 0], window, (row, column, i, j) => {
      const y = offset(shape, n, i, j, c);
      const candidate = offset(x.shape, n, row, column, c);
      const known = best[y] ?? -1;
      if (known < 0 || (x.values[candidate] ?? 0) > (x.values[known] ?? 0)) best[y] = candidate;
    });
  });
  return best;
};

export const maximumPool = (x: Tensor64, shape: readonly number[], window: Window): Tensor64 => ({
  shape,
  values: Float64Array.from(firstMaxima(x, shape, window), (position) => x.values[position] ?? Number.NaN),
});

export const maximumPoolGradient = (x: Tensor64, dy: Tensor64, window: Window): Tensor64 => {
  const result = accumulator(x.shape);
  for (const [y, position] of firstMaxima(x, dy.shape, window).entries()) {
    result.values[position] = (result.values[position] ?? 0) + (dy.values[y] ?? 0);
  }
  return result;
};
