import { costOf, type InstanceCost } from '../compiler/3-lower/index.js';
import type { IR } from '../compiler/ir/ir.js';
import type { ImageSize } from './image-size.js';

/** The one convention of cost; printed wherever a cost is. */
export const costConvention =
  'GMACs: multiply-accumulates of convolutions and matrix products with trained filters, transposed ones on input positions; ' +
  'GFLOPs: 2 x MAC + bias additions';

/** Size and compute of a network or a part of it, as commands print them. */
export interface NetworkCost {
  /** Trained numbers; shared weights count once. */
  readonly parameters: number;
  /** Multiply-accumulates for one picture, in units of 1e9. */
  readonly gmacs: number;
  /** Floating-point operations for one picture, in units of 1e9. */
  readonly gflops: number;
}

export function inGiga({ parameters, macs, flops }: InstanceCost): NetworkCost {
  return { parameters, gmacs: macs / 1e9, gflops: flops / 1e9 };
}

/** The cost of a definition (the model's by default), with its tree of instances, for one picture. */
export function costTree(ir: IR, { height, width }: ImageSize, definition?: string): InstanceCost {
  return costOf(ir, definition, { B: 1, H: height, W: width });
}

/** '4,774,768', '55.240', '110.602': the cells of a table. */
export function formatCost({ parameters, gmacs, gflops }: NetworkCost): string[] {
  return [parameters.toLocaleString('en-US'), gmacs.toFixed(3), gflops.toFixed(3)];
}
