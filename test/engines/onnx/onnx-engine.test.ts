import { describe, expect, it } from 'vitest';
import { onnxEngine } from '../../../src/runtime/engines/onnx/index.js';
import { restorationNetwork } from '../../emit/onnx/restoration-network.js';
import { hostTensors, relativeDifference, runOnce } from '../../parity/engines.js';
import { randomValues } from '../../support/reference/random.js';
import { elementsIn } from '../../support/reference/tensor.js';

const program = restorationNetwork();
const values = new Map(
  program.inputs.map(({ name, tensor }) => [name, randomValues(elementsIn(program.tensors[tensor]?.shape ?? []), name, -0.3, 0.3)]),
);

describe('probe', () => {
  it('names the library, its version, the device and the threads', async () => {
    const status = await onnxEngine.probe();
    expect(status).toMatchObject({ name: 'onnx', available: true, devices: ['CPU'] });
    expect(status.versions['onnxruntime-node']).toMatch(/^1\.\d+\.\d+$/);
    expect(status.threads).toBeGreaterThan(0);
    expect(status.location).toContain('onnxruntime-node');
  });
});

describe('results', () => {
  it('are the same bits for one thread and for two', async () => {
    const one = await runOnce(onnxEngine, program, values, { threads: 1 });
    const two = await runOnce(onnxEngine, program, values, { threads: 2 });
    expect(one.get('enhanced')?.values).toEqual(two.get('enhanced')?.values);
  });

  it('are the same for weights that are fed and weights that are constants', async () => {
    const fed = await runOnce(onnxEngine, program, values);
    const constant = await runOnce(onnxEngine, program, values, { weights: hostTensors(program, values, 'parameter') });
    expect(relativeDifference(constant.get('enhanced'), fed.get('enhanced') ?? { shape: [], values: new Float32Array() })).toBeLessThan(
      1e-5,
    );
  });
});

describe('threads', () => {
  it('stay what an earlier compile chose', async () => {
    await (await onnxEngine.compile(program, { threads: 1 })).dispose();
    expect((await onnxEngine.probe()).threads).toBe(1);
  });
});
