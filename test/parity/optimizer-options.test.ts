import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { lowerTrainStep } from '../../src/compiler/3-lower/index.js';
import { verifyProgram } from '../../src/compiler/ir/verify-program.js';
import { decodeSafetensors } from '../../src/runtime/checkpoint/safetensors.js';
import type { Engine, HostTensor } from '../../src/runtime/engines/index.js';
import { irOf } from '../support/shipped-models.js';
import { presentEngines, relativeDifference } from './engines.js';

// Six steps by PyTorch and timm (test/python/optimizer_references.py).
const file = path.resolve(import.meta.dirname, 'references/optimizer.safetensors');
const { tensors } = decodeSafetensors(readFileSync(file), file);
const steps = 6;
/** Weights move by up to 0.06; the references are rounded to float32. */
const tolerance = 2e-6;

/** What a training has beside `adam { rate ... beta2 = 0.99 }`, by case of the references. */
const cases: readonly (readonly [name: string, ofAdam: string, sections: string])[] = [
  ['plain', '', 'gradients { log_norm = true }'],
  ['weight decay', 'weight_decay = 0.3', ''],
  ['clipped by norm', '', 'gradients { clip_norm = 2  log_norm = true }'],
  ['clipped by value', '', 'gradients { clip_value = 0.05  log_norm = true }'],
  ['average', '', 'ema { decay = 0.8 }'],
  ['average with warm-up', '', 'ema { decay = min(0.7, 1 - (1 + step) ^ (-2 / 3)) }'],
  ['everything', 'weight_decay = 0.1', 'gradients { clip_value = 0.5  clip_norm = 1  log_norm = true }  ema { decay = 0.9 }'],
];

const sourceOf = (ofAdam: string, sections: string): string => `mfn 1
import { conv } from "std/blocks"
import { l2 } from "std/losses"
block Net() {
  in  x: image
  out y: image
  y = x |> conv(4, 3) as first |> tanh |> conv(3, 1) as last
}
model Small {
  in  low: image
  out high: image
  net = Net()
  high = net(low)
}
training of Small {
  data { pair(low, normal)  patch 5 x 6  batch 2 }
  adam { rate = 1e-2 * 0.9 ^ step  beta2 = 0.99  ${ofAdam} }
  ${sections}
  stage only for 6 steps {
    minimize L over net = 4 * l2(net(low), normal)
  }
}
`;

function reference(name: string): HostTensor {
  const found = tensors.get(name);
  if (!found) throw new Error(`there is no reference ${name}`);
  return found;
}

/** Picture number `step` of a stream. */
function picture(name: string, step: number): HostTensor {
  const { shape, values } = reference(name);
  const length = values.length / steps;
  return { shape: shape.slice(1), values: values.slice(step * length, (step + 1) * length) };
}

async function train(engine: Engine, source: string) {
  const step = lowerTrainStep(irOf(source), 'only');
  expect(verifyProgram(step.program)).toEqual([]);
  const inputs = step.program.inputs.filter(({ role }) => role === 'parameter' || role === 'state');
  const zeros = (tensor: number) => {
    const shape = step.program.tensors[tensor]?.shape ?? [];
    return { shape, values: new Float32Array(shape.reduce((product, size) => product * size, 1)) };
  };
  const beginning = inputs.map(({ name, role, tensor }) => {
    const average = step.averaged.find((weight) => name === `${weight}:ema`);
    return { name, role, value: role === 'parameter' ? reference(name) : average === undefined ? zeros(tensor) : reference(average) };
  });
  const executable = await engine.compile(step.program);
  try {
    for (const role of ['parameter', 'state'] as const) {
      executable.write(role, new Map(beginning.filter((entry) => entry.role === role).map(({ name, value }) => [name, value])));
    }
    const results: Map<string, HostTensor>[] = [];
    for (let i = 0; i < steps; i++) {
      const data = ['low', 'normal'].map((name) => [name, picture(name, i)] as const);
      results.push(await executable.run(new Map([...data, ...step.hostScalars(i, 0)])));
    }
    const series = (name: string): HostTensor => ({
      shape: [steps],
      values: Float32Array.from(results, (result) => result.get(name)?.values[0] ?? Number.NaN),
    });
    return { series, weights: await executable.read('parameter'), states: await executable.read('state') };
  } finally {
    await executable.dispose();
  }
}

const engines = await presentEngines();

describe.each(cases)('%s', (name, ofAdam, sections) => {
  it.each(engines.map((engine) => [engine.name, engine] as const))('has the numbers of PyTorch on %s', async (_name, engine) => {
    const { series, weights, states } = await train(engine, sourceOf(ofAdam, sections));
    expect(relativeDifference(series('L'), reference(`${name}/losses`))).toBeLessThan(tolerance);
    if (sections.includes('log_norm')) {
      expect(relativeDifference(series('L:gradient_norm'), reference(`${name}/norms`))).toBeLessThan(tolerance);
    }
    const paths = ['net.first.kernel', 'net.first.bias', 'net.last.kernel', 'net.last.bias'];
    for (const weight of paths) {
      expect(relativeDifference(weights.get(weight), reference(`${name}/${weight}`)), weight).toBeLessThan(tolerance);
    }
    const averages = paths.map((weight) => `${weight}:ema`).filter((average) => tensors.has(`${name}/${average}`));
    expect([...states.keys()].filter((state) => state.endsWith(':ema')).sort()).toEqual([...averages].sort());
    for (const average of averages) {
      expect(relativeDifference(states.get(average), reference(`${name}/${average}`)), average).toBeLessThan(tolerance);
    }
  });
});
