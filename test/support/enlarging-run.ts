import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { stringify } from 'yaml';
import { encodeImage } from '../../src/runtime/data/index.js';
import { syntheticPhotograph } from './images.js';

/** A network that enlarges twice, trained on single pictures, which its stage reduces: super-resolution in milliseconds a step. */
export const enlargingModel = `mfn 1

import { conv } from "std/blocks"
import { l1 } from "std/losses"
import { upsample } from "std/resizing"

block Net(width: int) {
  in  x: image
  out y: [B, 2 * H, 2 * W, 3]
  y = upsample(x, 2) + (x |> conv(width, 3) as first |> relu |> conv(12, 3) as last |> pixel_shuffle(2))
}

model Twice(width: int = 4) {
  in  small: image in [0, 1]
  out large: [B, 2 * H, 2 * W, 3] in [0, 1]
  net = Net(width)
  large = net(small)
}

training of Twice {
  data { unpaired(truth)  patch 16 x 16  batch 2  augment flip }
  adam { rate = 2e-3 }
  stage plain for 4 steps { minimize L over net = l1(truth |> average_pool(2) |> net, truth) }
}
`;

/** The same network with another factor. */
export const enlargingTimes = (factor: number): string =>
  enlargingModel
    .replaceAll('2 * ', `${factor} * `)
    .replace('upsample(x, 2)', `upsample(x, ${factor})`)
    .replace('conv(12, 3)', `conv(${3 * factor ** 2}, 3)`)
    .replace('pixel_shuffle(2)', `pixel_shuffle(${factor})`)
    .replace('average_pool(2)', `average_pool(${factor})`);

/** What a training of a network that enlarges needs. */
export interface EnlargingRun {
  readonly folder: string;
  readonly model: string;
  /** Writes a run file whose run goes to FOLDER/name. `data` replaces the streams, `changes` other keys. @returns its path. */
  runFile(name: string, data?: Record<string, unknown>, changes?: Record<string, unknown>): string;
}

/** Writes the model and FOLDER/large with five photographs, whose sides are odd. */
export async function makeEnlargingRun(folder: string): Promise<EnlargingRun> {
  const model = join(folder, 'twice.mfn');
  writeFileSync(model, enlargingModel);
  mkdirSync(join(folder, 'large'));
  for (let n = 1; n <= 5; n++) writeFileSync(join(folder, 'large', `${n}.png`), await encodeImage(syntheticPhotograph(49, 37, n), 'png'));
  return {
    folder,
    model,
    runFile(name, data = { truth: 'large', validation: { truth: 'large', every: 2 } }, changes = {}) {
      const path = join(folder, `${name}.yaml`);
      const content = { model: 'twice.mfn', data, output: name, engine: 'onnx', threads: 1, samples: { count: 2 }, loader: { workers: 0 } };
      writeFileSync(path, stringify({ ...content, ...changes }));
      return path;
    },
  };
}
