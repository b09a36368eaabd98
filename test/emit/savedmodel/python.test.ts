import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { emitSavedModel } from '../../../src/compiler/4-emit/savedmodel/index.js';
import { interpret } from '../../support/reference/interpret.js';
import { randomValues } from '../../support/reference/random.js';
import { elementsIn } from '../../support/reference/tensor.js';
import { temporaryFolder } from '../../support/temporary-folder.js';
import { restorationNetwork } from '../onnx/restoration-network.js';

const script = fileURLToPath(new URL('../../python/savedmodel.py', import.meta.url));
const python = process.env.MFNC_TEST_PYTHON ?? 'python3';
const probe = spawnSync(python, ['-c', 'import tensorflow'], { encoding: 'utf8' });
const missing = probe.status === 0 ? undefined : (probe.stderr?.trim().split('\n').at(-1) ?? `${python} does not start`);
if (missing !== undefined) console.log(`skipped: Python's tensorflow is not compared (${missing}); MFNC_TEST_PYTHON names another Python`);

describe.skipIf(missing !== undefined)("Python's tensorflow", () => {
  const program = restorationNetwork();
  const shapeOf = (tensor: number) => program.tensors[tensor]?.shape ?? [];
  const values = new Map(
    program.inputs.map(({ name, tensor }) => [name, Float32Array.from(randomValues(elementsIn(shapeOf(tensor)), name, -0.5, 0.5))]),
  );
  const outputs = [...interpret(program, values)].map(([name, tensor]) => [
    name,
    { shape: tensor.shape, values: Array.from(tensor.values) },
  ]);
  const weights = program.inputs.filter(({ role }) => role === 'parameter').map(({ name, tensor }) => [name, tensor] as const);

  it.each([
    ['with weights as inputs', undefined],
    [
      'with weights as constants',
      new Map(weights.map(([name, tensor]) => [name, { shape: shapeOf(tensor), values: values.get(name) ?? new Float32Array() }])),
    ],
  ])('loads the model %s and gives the numbers of the float64 reference', (_, constants) => {
    const folder = temporaryFolder();
    const emitted = emitSavedModel(program, constants ? { weights: constants } : {});
    for (const [name, bytes] of emitted.files) writeFileSync(join(folder, name), bytes);
    const inputs = program.inputs
      .filter(({ name }) => emitted.inputs.has(name))
      .map(({ name, tensor }) => [name, { shape: shapeOf(tensor), values: Array.from(values.get(name) ?? []) }]);
    const description = { inputs: Object.fromEntries(inputs), outputs: Object.fromEntries(outputs), tolerance: 1e-4 };
    writeFileSync(join(folder, 'case.json'), JSON.stringify(description));
    const { status, stdout, stderr } = spawnSync(python, [script, folder, join(folder, 'case.json')], { encoding: 'utf8' });
    expect(status, `${stdout}${stderr}`).toBe(0);
  });
});
