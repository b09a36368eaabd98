import { describe, expect, it } from 'vitest';
import { tfjsNodeEngine } from '../../../src/runtime/engines/tfjs-node/index.js';
import { type OpCase, programOf, titleOf } from '../../ops/cases.js';
import { relativeDifference, runOnce } from '../../parity/engines.js';
import { interpret } from '../../support/reference/interpret.js';
import { randomValues } from '../../support/reference/random.js';
import { elementsIn } from '../../support/reference/tensor.js';

const status = await tfjsNodeEngine.probe();
if (!status.available) console.log(`skipped: TensorFlow's special forms of operators are not compared. ${status.reason}`);

/** Uses of operators that the emitter writes in another form than the plain one. */
const cases: readonly OpCase[] = [
  {
    op: 'conv2d',
    about: '1x1 on a 1x1 image',
    shapes: [
      [3, 1, 1, 8],
      [1, 1, 8, 2],
    ],
  },
  {
    op: 'conv2d',
    about: '1x1 with a padding on a 1x1 image',
    shapes: [
      [3, 1, 1, 8],
      [1, 1, 8, 2],
    ],
    attributes: { padding: [1, 0, 0, 1] },
  },
  {
    op: 'conv2d_transpose',
    about: '1x1 to a 1x1 image',
    shapes: [
      [3, 1, 1, 2],
      [1, 1, 8, 2],
    ],
    attributes: { output_size: [1, 1] },
  },
  {
    op: 'conv2d_filter_gradient',
    about: '1x1 on a 1x1 image',
    shapes: [
      [3, 1, 1, 8],
      [3, 1, 1, 2],
    ],
    attributes: { kernel_size: [1, 1] },
  },
  { op: 'reduce_mean', about: 'the mean of each channel', shapes: [[2, 5, 7, 3]], attributes: { axes: [1, 2], keepdims: true } },
  { op: 'reduce_sum', about: 'the gradient of a bias', shapes: [[2, 5, 7, 3]], attributes: { axes: [0, 1, 2] } },
  { op: 'add', about: 'a bias', shapes: [[2, 5, 7, 3], [3]] },
  { op: 'add', about: 'a bias from the left', shapes: [[3], [2, 5, 7, 3]] },
];

describe.skipIf(!status.available)('special forms of operators give what the operators define', () => {
  it.each(cases.map((use) => [titleOf(use), use] as const))('%s', async (_, use) => {
    const program = programOf(use);
    const values = new Map(
      program.inputs.map(({ name, tensor }) => [name, randomValues(elementsIn(program.tensors[tensor]?.shape ?? []), name)]),
    );
    const expected = interpret(program, values);
    const found = await runOnce(tfjsNodeEngine, program, values);
    for (const [name, tensor] of expected) expect(relativeDifference(found.get(name), tensor), name).toBeLessThan(1e-5);
  });
});
