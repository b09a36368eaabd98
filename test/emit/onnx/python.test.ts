import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, it } from 'vitest';
import { emitOnnx } from '../../../src/compiler/4-emit/onnx/index.js';
import { interpret } from '../../support/reference/interpret.js';
import { randomValues } from '../../support/reference/random.js';
import { elementsIn } from '../../support/reference/tensor.js';
import { restorationNetwork } from './restoration-network.js';

const script = fileURLToPath(new URL('../../python/onnx_model.py', import.meta.url));
const python = process.env.MFNC_TEST_PYTHON ?? 'python3';
const probe = spawnSync(python, ['-c', 'import numpy, onnxruntime'], { encoding: 'utf8' });
const missing = probe.status === 0 ? undefined : (probe.stderr?.trim().split('\n').at(-1) ?? `${python} does not start`);
if (missing !== undefined) console.log(`skipped: Python's onnxruntime is not compared (${missing}); MFNC_TEST_PYTHON names another Python`);

const folder = mkdtempSync(join(tmpdir(), 'mfnc-onnx-'));
afterAll(() => rmSync(folder, { recursive: true }));

describe.skipIf(missing !== undefined)("Python's onnxruntime", () => {
  it('loads the model and gives the numbers of the float64 reference', () => {
    const program = restorationNetwork();
    const describeTensor = (shape: readonly number[], values: ArrayLike<number>) => ({ shape, values: Array.from(values) });
    const feeds = new Map(
      program.inputs.map(({ name, tensor }) => {
        const values = randomValues(elementsIn(program.tensors[tensor]?.shape ?? []), name, -0.5, 0.5);
        return [name, Float64Array.from(Float32Array.from(values))];
      }),
    );
    const inputs = program.inputs.map(({ name, tensor }) => [
      name,
      describeTensor(program.tensors[tensor]?.shape ?? [], feeds.get(name) ?? []),
    ]);
    const outputs = [...interpret(program, feeds)].map(([name, { shape, values }]) => [name, describeTensor(shape, values)]);
    const model = join(folder, 'model.onnx');
    const values = join(folder, 'case.json');
    writeFileSync(model, emitOnnx(program));
    writeFileSync(values, JSON.stringify({ inputs: Object.fromEntries(inputs), outputs: Object.fromEntries(outputs), tolerance: 1e-4 }));
    const { status, stdout, stderr } = spawnSync(python, [script, model, values], { encoding: 'utf8' });
    expect(status, `${stdout}${stderr}`).toBe(0);
  });
});
