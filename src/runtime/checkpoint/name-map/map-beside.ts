import { existsSync } from 'node:fs';
import { listWeights } from '../../../compiler/3-lower/index.js';
import type { IR } from '../../../compiler/ir/ir.js';
import type { WeightsFile } from '../weights.js';

/**
 * `zero-dce.weights.yaml` beside `zero-dce.mfn`, where it is there and the weights are not under the model's own names.
 * @param model the path of the source, also `FILE#VARIANT`.
 */
export function mapBeside(model: string, file: WeightsFile, ir: IR): string | undefined {
  const paths = new Set(listWeights(ir).map(({ path }) => path));
  if (file.model !== undefined || [...file.tensors.keys()].every((name) => paths.has(name))) return undefined;
  const map = `${model.replace(/#[^/]*$/, '').replace(/\.mfn$/, '')}.weights.yaml`;
  return existsSync(map) ? map : undefined;
}
