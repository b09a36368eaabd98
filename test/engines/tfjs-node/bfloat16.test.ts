import { describe, expect, it } from 'vitest';
import { inPrecision } from '../../../src/compiler/3-lower/index.js';
import { ProgramBuilder } from '../../../src/compiler/3-lower/program-builder.js';
import type { Program } from '../../../src/compiler/ir/program.js';
import { opDefinition } from '../../../src/compiler/ops/index.js';
import { tfjsCpuEngine } from '../../../src/runtime/engines/tfjs/index.js';
import { tfjsNodeEngine } from '../../../src/runtime/engines/tfjs-node/index.js';
import { feedsOf, inputName, type OpCase, opCases, titleOf } from '../../ops/cases.js';
import { relativeDifference, runOnce } from '../../parity/engines.js';
import { type Beginning, beginningOf, miniature, type Trained, train } from '../../parity/miniature.js';
import { interpret } from '../../support/reference/interpret.js';

const status = await tfjsNodeEngine.probe();
if (!status.available) console.log(`skipped: bfloat16 on tfjs-node. ${status.reason}`);

/**
 * TensorFlow's own kernels, which run where the processor has no bfloat16, sum input and filter gradients in bfloat16 too: several of its units in the
 * last place, 2^-8 each.
 */
const tolerance = 8 * 2 ** -8;

const isMirrored = ({ op, attributes }: OpCase): boolean => op === 'pad' && (attributes?.mode ?? 'constant') !== 'constant';

/** The use of an operator between casts to bfloat16 and back. */
const reducedProgram = ({ op, shapes, attributes }: OpCase): Program => {
  const b = new ProgramBuilder(op, 'inference');
  const inputs = shapes.map((shape, i) => b.emit('cast', [b.input(inputName(i), 'data', shape)], { type: 'bfloat16' }));
  b.output('y', 'result', b.emit('cast', [b.emit(op, inputs, attributes ?? {})], { type: 'float32' }));
  return b.build();
};

describe.skipIf(!status.available)('operators that take bfloat16', () => {
  const uses = opCases.filter((use) => opDefinition(use.op).type !== undefined && use.op !== 'cast' && !isMirrored(use));
  it.each(uses.map((use) => [titleOf(use), use] as const))('%s', async (_title, use) => {
    const program = reducedProgram(use);
    const feeds = feedsOf(use, program);
    const expected = interpret(program, feeds).get('y');
    if (expected === undefined) throw new Error('the reference gives no y');
    for (const engine of [tfjsNodeEngine, tfjsCpuEngine]) {
      const found = (await runOnce(engine, program, feeds)).get('y');
      const moves = !/conv|add|mul|leaky/.test(use.op);
      expect(relativeDifference(found, expected), engine.name).toBeLessThanOrEqual(moves ? 0 : tolerance);
    }
  });
});

const inBfloat16 = (beginning: Beginning): Beginning => ({
  ...beginning,
  step: { ...beginning.step, program: inPrecision(beginning.step.program, 'bfloat16') },
});

/** Cosine of the angle between the gradients of each network, by the first part of the weights' paths. */
function cosines(found: Trained, expected: Trained): Map<string, number> {
  const sums = new Map<string, [product: number, found: number, expected: number]>();
  for (const [name, { values }] of expected.firstMoments) {
    const network = name.split('.')[0] ?? '';
    const sum = sums.get(network) ?? [0, 0, 0];
    sums.set(network, sum);
    for (const [i, value] of values.entries()) {
      const other = found.firstMoments.get(name)?.values[i] ?? Number.NaN;
      sum[0] += value * other;
      sum[1] += other ** 2;
      sum[2] += value ** 2;
    }
  }
  return new Map([...sums].map(([network, [product, a, b]]) => [network, product / Math.sqrt(a * b)]));
}

describe.skipIf(!status.available)('train steps of LW-DRGN with convolutions in bfloat16', () => {
  const ir = miniature();
  it.each(['degradation', 'refinement'])(
    'of stage %s have the losses and gradients of float32, to the rounding',
    async (stage) => {
      const beginning = beginningOf(ir, stage);
      const reduced = inBfloat16(beginning);
      const expected = await train(tfjsNodeEngine, beginning, 2);
      // tfjs-cpu rounds after each operator, as the pass says; TensorFlow's kernels sum in bfloat16 besides.
      for (const engine of [tfjsNodeEngine, tfjsCpuEngine]) {
        const found = await train(engine, reduced, 2);
        for (const when of ['first', 'last'] as const) {
          for (const [name, { values }] of expected[when]) {
            const [loss = 0] = values;
            const difference = Math.abs((found[when].get(name)?.values[0] ?? Number.NaN) - loss) / Math.max(0.1, Math.abs(loss));
            expect(difference, `${when} ${name} on ${engine.name}`).toBeLessThan(0.02);
          }
        }
        for (const [network, cosine] of cosines(found, expected)) {
          console.log(
            `${stage}, ${network}: ${engine.name} has gradients in bfloat16 at a cosine of ${cosine.toFixed(4)} to those in float32`,
          );
          // The gradients of discriminators are small differences of large sums, which TensorFlow's own kernels take in bfloat16.
          const isSumOfDifferences = engine === tfjsNodeEngine && network.startsWith('d_');
          expect(cosine, `${network} on ${engine.name}`).toBeGreaterThan(isSumOfDifferences ? 0.98 : 0.99);
        }
      }
    },
    180_000,
  );

  it('are the same bits each time', async () => {
    const reduced = inBfloat16(beginningOf(ir, 'refinement'));
    expect(await train(tfjsNodeEngine, reduced, 3)).toEqual(await train(tfjsNodeEngine, reduced, 3));
  });
});
