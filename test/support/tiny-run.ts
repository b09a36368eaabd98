import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { stringify } from 'yaml';
import type { StepRecord } from '../../src/runtime/train/index.js';
import { writePairs } from './images.js';

/** A network of three convolutions with an adversarial and a plain stage: everything that a training does, in milliseconds a step. */
export const tinyModel = `mfn 1

import { conv } from "std/blocks"
import { l1, gan } from "std/losses"

block Net(width: int) {
  in  x: image
  out y: image
  y = x + (x |> conv(width, 3) as first |> relu |> conv(width, 3) as second |> relu |> conv(3, 1) as last)
}

block Critic(width: int) {
  in  x: image
  out logit: tensor
  logit = reduce_mean(x |> conv(width, 3, stride: 2) as first |> leaky_relu(0.2) |> conv(1, 3) as last, axes: [1, 2])
}

model Tiny(width: int = 6) {
  in  low: image in [-1, 1]
  out enhanced: image in [-1, 1]
  net = Net(width)
  enhanced = net(low)
}

training of Tiny {
  data { pair(low, normal)  unpaired(reference)  patch 24 x 24  batch 4  augment flip, scale }
  adam { rate = 2e-3 * 0.9 ^ (step / 100) }

  stage adversarial for 2 epochs {
    let weight = 1e-3
    critic = Critic(width)
    fake = net(low)
    minimize L_net over net = l1(fake, normal) + weight * gan.fool(critic(fake))
    minimize L_critic over critic = gan.tell(real: critic(reference), fake: critic(stop(fake)))
  }

  stage plain for 40 steps {
    minimize L_net over net = l1(net(low), normal)
  }
}
`;

/** A folder with a model, pairs, reference photographs and a run file. */
export interface TinyRun {
  readonly folder: string;
  readonly model: string;
  /** Path of a run file that writes to FOLDER/name. `changes` replace top-level keys. */
  runFile(name: string, changes?: Record<string, unknown>): string;
  /** Lines of FOLDER/name/log.jsonl. */
  log(name: string): StepRecord[];
  weights(name: string): Buffer;
}

/** Makes what a training needs, of synthetic photographs. */
export async function makeTinyRun(folder: string): Promise<TinyRun> {
  const folders = await writePairs(join(folder, 'pairs'), 5, 64, 56);
  const references = await writePairs(join(folder, 'references'), 3, 60, 60);
  const model = join(folder, 'tiny.mfn');
  writeFileSync(model, tinyModel);
  mkdirSync(join(folder, 'runs'));
  return {
    folder,
    model,
    runFile(name, changes = {}) {
      const path = join(folder, `${name}.yaml`);
      const content = {
        model: 'tiny.mfn',
        data: { pair: folders, reference: references.normal },
        output: `runs/${name}`,
        seed: 1,
        samples: { count: 1 },
        ...changes,
        // A thread takes longer to start than such a training takes.
        loader: changes.loader ?? { workers: 0 },
      };
      writeFileSync(path, stringify(content));
      return path;
    },
    // A last line without its end is still being written.
    log: (name) =>
      readFileSync(join(folder, 'runs', name, 'log.jsonl'), 'utf8')
        .split('\n')
        .slice(0, -1)
        .map((line) => JSON.parse(line)),
    weights: (name) => readFileSync(join(folder, 'runs', name, 'weights.safetensors')),
  };
}

/** What a log says without the times, which differ from run to run. */
export function withoutTimes(log: readonly StepRecord[]): Omit<StepRecord, 'seconds' | 'waiting'>[] {
  return log.map(({ seconds: _seconds, waiting: _waiting, ...rest }) => rest);
}
