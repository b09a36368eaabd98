import type { IR } from './ir.js';

/** A model as people call it: `DRGN`, or `DRGN, variant "w/o SSIM"`. */
export const modelTitle = ({ model, variant }: Pick<IR, 'model' | 'variant'>): string =>
  variant === undefined ? model.name : `${model.name}, variant ${JSON.stringify(variant.name)}`;
