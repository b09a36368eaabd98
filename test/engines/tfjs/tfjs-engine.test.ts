import * as tf from '@tensorflow/tfjs';
import { beforeAll, describe, expect, it } from 'vitest';
import type { HostTensor } from '../../../src/runtime/engines/engine.js';
import { tfjsCpuEngine } from '../../../src/runtime/engines/tfjs/index.js';
import { restorationNetwork } from '../../emit/onnx/restoration-network.js';
import { hostTensors } from '../../parity/engines.js';
import { programBuilder } from '../../support/program-builder.js';
import { randomValues } from '../../support/reference/random.js';
import { elementsIn } from '../../support/reference/tensor.js';

describe('memory', () => {
  beforeAll(() => tf.setBackend('cpu'));

  it('holds parameters and constants between runs and nothing after dispose', async () => {
    const program = restorationNetwork();
    const values = new Map(
      program.inputs.map(({ name, tensor }) => [name, randomValues(elementsIn(program.tensors[tensor]?.shape ?? []), name)]),
    );
    const before = tf.memory().numTensors;
    const executable = await tfjsCpuEngine.compile(program);
    executable.write('parameter', hostTensors(program, values, 'parameter'));
    const held = tf.memory().numTensors;
    expect(held - before).toBe(program.constants.length + program.inputs.filter(({ role }) => role === 'parameter').length);
    for (let run = 0; run < 2; run++) {
      await executable.run(hostTensors(program, values, 'data'));
      expect(tf.memory().numTensors).toBe(held);
    }
    await executable.dispose();
    expect(tf.memory().numTensors).toBe(before);
  });

  it('leaks nothing when a kernel fails', async () => {
    const b = programBuilder();
    b.result('y', b.op('reshape', [b.op('neg', [b.input('x', [3])])], { shape: [3, 1] }));
    const program = b.build();
    // No verified Program has a result of another size than its operand; it is the surest way to make a kernel of tfjs throw.
    const broken = {
      ...program,
      tensors: program.tensors.map((tensor) => (tensor.shape.length === 2 ? { ...tensor, shape: [4, 1] } : tensor)),
    };
    const before = tf.memory().numTensors;
    const executable = await tfjsCpuEngine.compile(broken);
    const x: HostTensor = { shape: [3], values: Float32Array.of(1, 2, 3) };
    await expect(executable.run(new Map([['x', x]]))).rejects.toThrow('must match the product of shape 4,1');
    await executable.dispose();
    expect(tf.memory().numTensors).toBe(before);
  });
});

describe('other users of tfjs in the process', () => {
  it('keep their backend', async () => {
    class IdleBackend extends tf.KernelBackend {
      override dispose(): void {}
    }
    tf.registerBackend('other', () => new IdleBackend());
    await tf.setBackend('other');
    const b = programBuilder();
    b.result('y', b.op('neg', [b.input('x', [1])]));
    const executable = await tfjsCpuEngine.compile(b.build());
    const results = await executable.run(new Map([['x', { shape: [1], values: Float32Array.of(4) }]]));
    expect(results.get('y')?.values).toEqual(Float32Array.of(-4));
    expect(tf.getBackend()).toBe('other');
    await executable.dispose();
    await tf.setBackend('cpu');
    tf.removeBackend('other');
  });
});
