import { resolvePadding, type Window } from '../../../src/compiler/ops/rules/padding.js';
import { elementsIn, type Tensor64 } from './tensor.js';

/** Calls `visit` for each position of the window, each tap of the kernel that lies inside the image, of one picture. */
export const forEachTap = (
  image: readonly [number, number],
  output: readonly [number, number],
  window: Window,
  visit: (row: number, column: number, i: number, j: number, u: number, v: number) => void,
): void => {
  const [top, , left] = resolvePadding(window.padding, image, window);
  for (let i = 0; i < output[0]; i++) {
    for (let j = 0; j < output[1]; j++) {
      for (let u = 0; u < window.size[0]; u++) {
        for (let v = 0; v < window.size[1]; v++) {
          const row = i * window.strides[0] + u * window.dilations[0] - top;
          const column = j * window.strides[1] + v * window.dilations[1] - left;
          if (row >= 0 && row < image[0] && column >= 0 && column < image[1]) visit(row, column, i, j, u, v);
        }
      }
    }
  }
};

/** Three tensors that a convolution ties together: image [B,H,W,C], kernel, feature map [B,i,j,O]. One of them is computed from the other two. */
export interface Convolution {
  readonly image: Tensor64;
  readonly kernel: Tensor64;
  readonly map: Tensor64;
}

const filled = (shape: readonly number[]): Tensor64 => ({ shape, values: new Float64Array(elementsIn(shape)) });

/** Empty tensor to accumulate into. */
export const accumulator = filled;

/**
 * Adds every product of two of the tensors to the third, as the definition of a convolution says: map += image * kernel,
 * image += map * kernel or kernel += image * map.
 */
export const accumulate = (target: keyof Convolution, { image, kernel, map }: Convolution, window: Window, depthwise: boolean): void => {
  const [batch = 0, height = 0, width = 0, channels = 0] = image.shape;
  const [, rows = 0, columns = 0, outputs = 0] = map.shape;
  const [, kernelColumns = 0, , filters = 0] = kernel.shape;
  const add = {
    map: (x: number, k: number, y: number): void => {
      map.values[y] = (map.values[y] ?? 0) + (image.values[x] ?? 0) * (kernel.values[k] ?? 0);
    },
    image: (x: number, k: number, y: number): void => {
      image.values[x] = (image.values[x] ?? 0) + (map.values[y] ?? 0) * (kernel.values[k] ?? 0);
    },
    kernel: (x: number, k: number, y: number): void => {
      kernel.values[k] = (kernel.values[k] ?? 0) + (image.values[x] ?? 0) * (map.values[y] ?? 0);
    },
  }[target];
  for (let n = 0; n < batch; n++) {
    forEachTap([height, width], [rows, columns], window, (row, column, i, j, u, v) => {
      const x = ((n * height + row) * width + column) * channels;
      const y = ((n * rows + i) * columns + j) * outputs;
      const k = (u * kernelColumns + v) * channels * filters;
      for (let c = 0; c < channels; c++) {
        for (let f = 0; f < filters; f++) add(x + c, k + c * filters + f, y + (depthwise ? c * filters + f : f));
      }
    });
  }
};
