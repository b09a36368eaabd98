/** What every JavaScript side of a case starts from: the model, its first weights, the pictures. Plain JavaScript over the built package. */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { analyze, initializeWeights } from '../dist/index.js';
import { randomImages } from '../dist/runtime/benchmark/index.js';

/** The stage whose step is measured. */
export const stage = 'refinement';

/** @param {string} name 'lw-drgn' */
export function modelNamed(name) {
  const host = {
    read: (file) => readFileSync(file, 'utf8'),
    resolve: (from, specifier) => path.join(path.dirname(from), specifier),
  };
  const { ir, diagnostics } = analyze(`models/${name}.mfn`, host);
  if (ir === undefined) throw new Error(diagnostics.map(({ message }) => message).join('; '));
  return ir;
}

/** @returns the same random weights for every side, by name */
export function firstWeights(ir) {
  return initializeWeights(ir, 1);
}

/** The pictures of a case: the same for every side. @param {'inference' | 'train-step'} name */
export function picturesFor({ case: name, batch, height, width }) {
  const streams = name === 'inference' ? ['low'] : ['low', 'normal', 'reference'];
  return new Map(streams.map((stream, i) => [stream, randomImages([batch, height, width, 3], i + 1)]));
}
