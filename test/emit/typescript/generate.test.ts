import { describe, expect, it } from 'vitest';
import manifest from '../../../package.json' with { type: 'json' };
import { initializeWeights, listWeights, lowerInference } from '../../../src/compiler/3-lower/index.js';
import { versions } from '../../../src/compiler/4-emit/typescript/package-files.js';
import type { IR } from '../../../src/compiler/index.js';
import { encodeSafetensors } from '../../../src/runtime/checkpoint/safetensors.js';
import { analyzeText } from '../../support/analyze-text.js';
import { readCase } from '../../support/cases.js';
import { interpret } from '../../support/reference/interpret.js';
import { randomValues } from '../../support/reference/random.js';
import { programs } from './programs.js';
import { analyzeModel, GeneratedProject, generate, generateText } from './project.js';

/** Applies the network to inputs from a file and prints its outputs, the paths of its weights and what the weights start with. */
const applyScript = `
import { readFileSync } from 'node:fs';
import * as tf from '@tensorflow/tfjs';
import { Net } from './model.js';
import { decodeSafetensors } from './safetensors.js';
import { Weights } from './weights.js';

const { tensors } = decodeSafetensors(readFileSync(process.argv[2] ?? ''));
await tf.setBackend('cpu');
const weights = new Weights({ seed: 3 });
const network = new Net(weights.root);
const inputs = JSON.parse(process.argv[3] ?? '').map((name: string) => {
  const { shape, values } = tensors.get(name)!;
  return tf.tensor(values, [...shape]);
});
const result = (network.apply as (...inputs: tf.Tensor[]) => tf.Tensor | Record<string, tf.Tensor>)(...inputs);
const outputs = result instanceof tf.Tensor ? { y: result } : result;
const started = Object.fromEntries([...(await weights.read())].map(([path, { shape, values }]) => [path, { shape, values: [...values] }]));
const values = Object.fromEntries(Object.entries(outputs).map(([name, tensor]) => [name, [...tensor.dataSync()]]));
console.log(JSON.stringify({ outputs: values, started }));
`;

interface Applied {
  readonly outputs: Readonly<Record<string, readonly number[]>>;
  readonly started: Readonly<Record<string, { readonly shape: readonly number[]; readonly values: readonly number[] }>>;
}

describe('every construct of the language', () => {
  it.each(Object.entries(programs))(
    '%s: type-checks, has the weights of mfnc and computes what float64 does',
    async (_name, source) => {
      const analysis = analyzeText(source);
      const project = new GeneratedProject(await generate(analysis));
      try {
        project.write('apply.ts', applyScript);
        expect(project.typeErrors()).toBe('');
        const ir = analysis.ir as IR;
        const program = lowerInference(ir, { batch: 1, height: 16, width: 16 });
        const weights = initializeWeights(ir, 3);
        const inputs = program.inputs
          .filter(({ role }) => role === 'data')
          .map(({ name, tensor }) => {
            const shape = program.tensors[tensor]?.shape ?? [];
            return [
              name,
              {
                shape,
                values: Float32Array.from(
                  randomValues(
                    shape.reduce((a, b) => a * b, 1),
                    name,
                  ),
                ),
              },
            ] as const;
          });
        const file = project.write('inputs.safetensors', Buffer.concat(encodeSafetensors({ metadata: {}, tensors: new Map(inputs) })));
        const { outputs, started } = project.run('apply.ts', file, JSON.stringify(inputs.map(([name]) => name))) as Applied;
        const paths = listWeights(ir).map(({ path }) => path);
        expect(Object.keys(started).sort()).toEqual([...paths].sort());
        for (const path of paths)
          expect(started[path]).toEqual({ shape: weights.get(path)?.shape, values: [...(weights.get(path)?.values ?? [])] });
        const feeds = [...weights, ...inputs].map(([name, { values }]) => [name, values] as const);
        const expected = interpret(program, new Map(feeds));
        for (const [name, { values }] of expected) {
          const found = outputs[name] ?? [];
          const greatest = [...values].reduce((most, value) => Math.max(most, Math.abs(value)), 0.1);
          const difference = [...values].reduce((most, value, i) => Math.max(most, Math.abs(value - (found[i] ?? Number.NaN))), 0);
          expect(difference / greatest, name).toBeLessThan(1e-4);
        }
      } finally {
        project.dispose();
      }
    },
    180_000,
  );
});

describe('the package of a shipped model', () => {
  it.each(['drgn', 'lw-drgn'])(
    '%s: passes strict type checks, hides no type and does not depend on mfnc',
    async (model) => {
      const generated = await generate(analyzeModel(model));
      const project = new GeneratedProject(generated);
      try {
        expect(project.typeErrors()).toBe('');
      } finally {
        project.dispose();
      }
      const code = [...generated.files].filter(([name]) => name.endsWith('.ts')).map(([, text]) => String(text));
      for (const text of code) expect(text).not.toMatch(/\bany\b|@ts-|eslint-disable|from ['"]mfnc/);
      for (const name of ['model.ts', 'losses.ts', 'blocks.ts']) expect(generated.files.get(name)).not.toMatch(/from 'node:/);
      expect(code.join('\n').split('\n').length).toBeLessThan(1500);
    },
    180_000,
  );

  it('of a variant of a variant, with declarations of its own, passes them too', async () => {
    const generated = await generate(analyzeText(readCase('variant-of-variant')));
    expect(generated.files.get('model.ts')).toMatch(/^\/\/ Generated by mfnc .* from base\.mfn, variant "training" \(SHA-256/);
    expect(generated.files.get('model.ts')).toContain('export function separable(');
    const project = new GeneratedProject(generated);
    try {
      expect(project.typeErrors()).toBe('');
    } finally {
      project.dispose();
    }
  }, 180_000);

  it('is the same, byte by byte, whenever it is generated', async () => {
    const [first, second] = [await generate(analyzeModel('drgn')), await generate(analyzeModel('drgn'))];
    expect([...first.files]).toEqual([...second.files]);
  }, 60_000);

  it('keeps loops, repeats and functions, each block once', async () => {
    const { files } = await generate(analyzeModel('drgn'));
    const model = String(files.get('model.ts'));
    expect(model).toContain('for (let j = 1; j < i; j++)');
    expect(model).toMatch(/r = residualGroup\(scope\.child\(.*group.*\), r, \{ width, rcabs \}\);/);
    expect([...files.values()].join('\n').match(/export function rcab\(/g)).toHaveLength(1);
  }, 60_000);
});

describe('a package', () => {
  it('of a model without a training has no losses, no stages and nothing for them', async () => {
    const { files } = await generateText(programs['recursion and a module of its own'] ?? '');
    expect([...files.keys()]).toEqual([
      'README.md',
      'backend.ts',
      'blocks.ts',
      'enhance.ts',
      'model.ts',
      'operators.ts',
      'package.json',
      'parts-blocks.ts',
      'random.ts',
      'safetensors.ts',
      'tsconfig.json',
      'weights.ts',
    ]);
  });

  it('pins the versions that mfnc itself is tested with', () => {
    const own: Readonly<Record<string, string>> = { ...manifest.dependencies, ...manifest.devDependencies };
    for (const [name, version] of Object.entries(versions)) if (name in own) expect(version, name).toBe(own[name]);
    expect(versions['@tensorflow/tfjs-node']).toBe(versions['@tensorflow/tfjs']);
  });

  it('is refused, with the place, where a path depends on more than the source tells', async () => {
    const source = `mfn 1
import { conv } from "std/blocks"
model Net {
  in  x: image
  out y: image
  z = [for i in 1..2: x |> conv(3, 3) |> conv(3, 1)] |> conv(3, 1) as fuse
  y = z
}
`;
    const { files, diagnostics } = await generateText(source);
    expect(files.size).toBe(0);
    expect(diagnostics.map(({ code, span }) => `${code} ${source.slice(span.start, span.end)}`)).toEqual([
      'MFN5001 conv(3, 3)',
      'MFN5001 conv(3, 1)',
    ]);
  });
});
