import { transposeValues } from '../../compiler/4-emit/onnx/fold.js';
import type { HostTensor } from '../engines/engine.js';

/** Orders of the axes of a batch of images: mfn's own, and that of PyTorch. */
export const imageLayouts = ['nhwc', 'nchw'] as const;
export type ImageLayout = (typeof imageLayouts)[number];

const toNHWC = [0, 2, 3, 1];
const toNCHW = [0, 3, 1, 2];

const permuted = ({ shape, values }: HostTensor, axes: readonly number[]): HostTensor => ({
  shape: axes.map((axis) => shape[axis] ?? 0),
  values: transposeValues(values, shape, axes),
});

/** A tensor that was read, in mfn's order. Only tensors of four axes have a layout. */
export function fromImageLayout(tensor: HostTensor, layout: ImageLayout): HostTensor {
  return layout === 'nchw' && tensor.shape.length === 4 ? permuted(tensor, toNHWC) : tensor;
}

/** A result, in the order asked for. */
export function toImageLayout(tensor: HostTensor, layout: ImageLayout): HostTensor {
  return layout === 'nchw' && tensor.shape.length === 4 ? permuted(tensor, toNCHW) : tensor;
}

/** `low_nchw` as the name `low` and the layout that its end states. */
export function splitTensorName(name: string): { readonly port: string; readonly layout: ImageLayout | undefined } {
  const layout = imageLayouts.find((each) => name.endsWith(`_${each}`));
  return { port: layout === undefined ? name : name.slice(0, -layout.length - 1), layout };
}
