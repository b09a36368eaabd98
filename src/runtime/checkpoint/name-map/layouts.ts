import { transposeValues } from '../../../compiler/4-emit/onnx/fold.js';
import type { HostTensor } from '../../engines/engine.js';

/** How a tensor of another library becomes one of mfn. */
interface Layout {
  readonly description: string;
  /** Axes of the file's tensor, after `split`, in mfn's order. */
  readonly axes: readonly number[];
  /** The file's shape with one axis cut in two, for the shape that is wanted; undefined where the two cannot belong together. */
  readonly split?: (shape: readonly number[], wanted: readonly number[]) => readonly number[] | undefined;
}

/** Layouts that a name map may state: a letter for each axis of the file's tensor. */
export const layouts = {
  OIHW: { description: 'convolutions of PyTorch, [out, in, height, width]', axes: [2, 3, 1, 0] },
  IOHW: { description: 'transposed convolutions of PyTorch, [in, out, height, width]', axes: [2, 3, 1, 0] },
  O1HW: {
    description: 'depthwise convolutions of PyTorch, [channels * multiplier, 1, height, width]',
    axes: [2, 3, 0, 1],
    split: ([out = 0, one, height = 0, width = 0], [, , channels = 0, multiplier = 0]) =>
      one === 1 && out === channels * multiplier ? [channels, multiplier, height, width] : undefined,
  },
  OI: { description: 'linear layers of PyTorch, [out, in]', axes: [1, 0] },
  same: { description: 'axes in the order that mfn has', axes: [] },
} as const satisfies Record<string, Layout>;

export type LayoutName = keyof typeof layouts;
export const layoutNames = Object.keys(layouts) as readonly LayoutName[];

export const isLayoutName = (name: string): name is LayoutName => Object.hasOwn(layouts, name);

/** The tensor with its axes in mfn's order; undefined where its shape does not become the wanted one in this layout. */
export function fromLayout({ shape, values }: HostTensor, name: LayoutName, wanted: readonly number[]): HostTensor | undefined {
  const layout: Layout = layouts[name];
  const axes = name === 'same' ? shape.map((_, axis) => axis) : layout.axes;
  const split = layout.split ? layout.split(shape, wanted) : shape;
  if (split === undefined || split.length !== axes.length) return undefined;
  const moved = axes.map((axis) => split[axis] ?? 0);
  if (moved.length !== wanted.length || moved.some((extent, i) => extent !== wanted[i])) return undefined;
  return { shape: moved, values: transposeValues(values, split, axes) };
}

/** The layouts in which a tensor would have the wanted shape. */
export function fittingLayouts(shape: readonly number[], wanted: readonly number[]): LayoutName[] {
  const empty = { shape, values: new Float32Array(shape.reduce((product, extent) => product * extent, 1)) };
  return layoutNames.filter((name) => fromLayout(empty, name, wanted) !== undefined);
}
