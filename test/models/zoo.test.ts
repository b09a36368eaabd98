import { existsSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { analyzeFile } from '../../src/cli/analyze-file.js';
import { initializeWeights, listWeights, lowerTrainStep } from '../../src/compiler/3-lower/index.js';
import type { IR } from '../../src/compiler/ir/ir.js';
import { verifyIR } from '../../src/compiler/ir/verify-ir.js';
import { allEngines, findEngine, type HostTensor } from '../../src/runtime/engines/index.js';
import { runCommand } from '../cli/command-result.js';
import { randomValues } from '../support/reference/random.js';
import { parameterCount } from '../support/shipped-models.js';
import { temporaryFolder } from '../support/temporary-folder.js';

const project = path.resolve(import.meta.dirname, '../..');
const peers = path.resolve(project, '../shared/oracle/peers');

/** Networks with published weights and outputs: the file of the weights, and how many parameters its authors count. */
const published = [
  { spec: 'zero-dce', weights: 'zero-dce', parameters: 79_416 },
  { spec: 'zero-dce-plus-plus', weights: 'zero-dce++', parameters: 10_561 },
  { spec: 'sci', weights: 'sci-medium', parameters: 258 },
];

const fileOf = (spec: string): string => path.join(project, `models/zoo/${spec}.mfn`);

function irOfFile(spec: string): IR {
  const { ir, diagnostics } = analyzeFile(fileOf(spec));
  expect(diagnostics).toEqual([]);
  expect(verifyIR(ir)).toEqual([]);
  return ir as IR;
}

/** Engines that are here; says which are not. */
async function presentEngines(names: readonly string[]): Promise<string[]> {
  const present: string[] = [];
  for (const engine of (await allEngines()).filter(({ name }) => names.includes(name))) {
    const { available, reason } = await engine.probe();
    if (available) present.push(engine.name);
    else console.log(`skipped on ${engine.name}: ${reason}`);
  }
  return present;
}

describe.each(published)('$spec', ({ spec, weights, parameters }) => {
  it(`has ${parameters} parameters`, () => {
    expect(parameterCount(irOfFile(spec))).toBe(parameters);
  });

  it('gives the published outputs with the published weights, on every engine', async () => {
    const [file, tensors] = [`${weights}.safetensors`, `${weights}.io.safetensors`].map((name) => path.join(peers, name)) as [
      string,
      string,
    ];
    if (!existsSync(file)) {
      console.log(`skipped: ${file} is not here`);
      return;
    }
    const output = path.join(temporaryFolder(), 'out.safetensors');
    for (const engine of await presentEngines(['tfjs-node', 'onnx', 'tfjs-wasm', 'tfjs-cpu'])) {
      const { code, stdout, stderr } = await runCommand(
        'run',
        fileOf(spec),
        '--weights',
        file,
        '--inputs',
        tensors,
        '-o',
        output,
        '--engine',
        engine,
        '--json',
      );
      expect(stderr).toBe('');
      expect(code).toBe(0);
      const [result] = JSON.parse(stdout).outputs;
      expect(result.tensor).toBe('output_nchw');
      expect(result.difference, engine).toBeLessThan(1e-5);
    }
  }, 300_000);

  it('has its weights converted once and for all', async () => {
    const file = path.join(peers, `${weights}.safetensors`);
    if (!existsSync(file)) {
      console.log(`skipped: ${file} is not here`);
      return;
    }
    const native = path.join(temporaryFolder(), 'native.safetensors');
    const converted = await runCommand('weights', 'convert', file, '-o', native, '--model', fileOf(spec));
    expect(converted).toMatchObject({ code: 0, stderr: '' });
    const shown = JSON.parse((await runCommand('weights', 'show', native, '--json')).stdout);
    const ir = irOfFile(spec);
    expect(shown.model).toBe(ir.model.name);
    expect(shown.tensors.map(({ name }: { name: string }) => name).sort()).toEqual(
      listWeights(ir)
        .map((weight) => weight.path)
        .sort(),
    );
  });

  it('trains without a truth: the loss of a batch falls', async () => {
    const ir = irOfFile(spec);
    const [stage] = ir.training?.stages ?? [];
    const step = lowerTrainStep(ir, stage?.name ?? '', { batch: 2, height: 48, width: 48 });
    const { program } = step;
    const shapeOf = (tensor: number): readonly number[] => program.tensors[tensor]?.shape ?? [];
    const feed = (name: string, tensor: number): HostTensor => {
      const shape = shapeOf(tensor);
      const values = randomValues(
        shape.reduce((x, y) => x * y, 1),
        name,
      );
      return { shape, values: Float32Array.from(values, (value) => 0.15 * (value + 1)) };
    };
    const data = new Map(program.inputs.filter(({ role }) => role === 'data').map(({ name, tensor }) => [name, feed(name, tensor)]));
    expect([...data.keys()]).toEqual(['low']);
    const executable = await (await findEngine('onnx')).compile(program);
    const first = initializeWeights(ir, 1);
    executable.write(
      'parameter',
      new Map(program.inputs.filter(({ role }) => role === 'parameter').map(({ name }) => [name, first.get(name) as HostTensor])),
    );
    executable.write(
      'state',
      new Map(
        program.inputs
          .filter(({ role }) => role === 'state')
          .map(({ name, tensor }) => [
            name,
            { shape: shapeOf(tensor), values: new Float32Array(shapeOf(tensor).reduce((x, y) => x * y, 1)) },
          ]),
      ),
    );
    const losses: number[] = [];
    for (let at = 0; at < 20; at++) {
      const results = await executable.run(new Map([...data, ...step.hostScalars(at, 0)]));
      for (const { values } of results.values()) expect(Number.isFinite(values[0])).toBe(true);
      losses.push(results.get(step.minimizers[0]?.loss ?? '')?.values[0] ?? Number.NaN);
    }
    await executable.dispose();
    expect(losses.at(-1)).toBeLessThan((losses[0] ?? 0) * 0.98);
  });
});
