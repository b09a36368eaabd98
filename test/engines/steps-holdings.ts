/**
 * Trains a tiny network on one engine and prints what the process holds at each tenth of the steps, a line of JSON for each. Run by leak.test.ts in a
 * process of its own, whose memory is that of the engine: node --expose-gc --import tsx test/engines/steps-holdings.ts ENGINE STEPS
 */
import { setTimeout } from 'node:timers/promises';
import { initializeWeights, lowerTrainStep } from '../../src/compiler/3-lower/index.js';
import { type EngineName, findEngine, type HostTensor } from '../../src/runtime/engines/index.js';
import { loadTfjs } from '../../src/runtime/engines/tfjs/library.js';
import { analyzeText } from '../support/analyze-text.js';
import { randomValues } from '../support/reference/random.js';
import { elementsIn } from '../support/reference/tensor.js';

/** What a process holds after some steps; bytes are those after a garbage collection. */
export interface Holdings {
  readonly step: number;
  /** Tensors that tfjs counts; 0 on engines that keep none of tfjs's. */
  readonly tensors: number;
  /** Bytes of the buffers that tfjs has on a GPU, in use or kept for reuse. */
  readonly gpu: number;
  /** Bytes of JavaScript's objects, and of what they own outside its heap. */
  readonly objects: number;
  /** Bytes of the process that are in memory. */
  readonly resident: number;
}

const source = `mfn 1

import { conv } from "std/blocks"
import { l1 } from "std/losses"

block Net(width: int) {
  in  x: image
  out y: image
  y = x + (x |> conv(width, 3) as first |> relu |> conv(3, 3) as last)
}

model Tiny {
  in  low: image in [-1, 1]
  out enhanced: image in [-1, 1]
  net = Net(2)
  enhanced = net(low)
}

training of Tiny {
  data { pair(low, normal)  patch 16 x 16  batch 1 }
  adam { rate = 1e-3 }
  stage plain for 1000 steps {
    minimize L_net over net = l1(net(low), normal)
  }
}
`;

const collectGarbage = async (): Promise<void> => {
  for (let i = 0; i < 3; i++) {
    globalThis.gc?.();
    // What finalizers free, they free in a later turn of the event loop.
    await setTimeout(10);
  }
};

const engine = await findEngine(process.argv[2] as EngineName);
const steps = Number(process.argv[3]);
const { ir } = analyzeText(source);
if (ir === undefined) throw new Error('the source is sound');
const { program, hostScalars } = lowerTrainStep(ir, 'plain');
const weights = initializeWeights(ir, 3);

const inputs = (role: string, valuesOf: (name: string, elements: number) => Float32Array): Map<string, HostTensor> =>
  new Map(
    program.inputs
      .filter((input) => input.role === role)
      .map(({ name, tensor }) => {
        const shape = program.tensors[tensor]?.shape ?? [];
        return [name, { shape, values: valuesOf(name, elementsIn(shape)) }];
      }),
  );

const executable = await engine.compile(program, { threads: 1 });
executable.write('parameter', weights);
executable.write(
  'state',
  inputs('state', (_name, elements) => new Float32Array(elements)),
);
const tf = engine.name.startsWith('tfjs-node') || engine.name.startsWith('onnx') ? undefined : await loadTfjs();

for (let index = 0; index < steps; index++) {
  const images = inputs('data', (name, elements) => Float32Array.from(randomValues(elements, `${name}${index}`)));
  await executable.run(new Map([...images, ...hostScalars(index, 0)]));
  if ((index + 1) % (steps / 10) !== 0) continue;
  await collectGarbage();
  const { heapUsed, external, rss } = process.memoryUsage();
  const memory: { numTensors: number; numBytesAllocatedInGPU?: number } = tf?.memory() ?? { numTensors: 0 };
  const holdings: Holdings = {
    step: index + 1,
    tensors: memory.numTensors,
    gpu: memory.numBytesAllocatedInGPU ?? 0,
    objects: heapUsed + external,
    resident: rss,
  };
  process.stdout.write(`${JSON.stringify(holdings)}\n`);
}
await executable.dispose();
process.exit(0);
