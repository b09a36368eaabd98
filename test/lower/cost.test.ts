import { describe, expect, it } from 'vitest';
import { costOf } from '../../src/compiler/3-lower/index.js';
import type { Definition, IR } from '../../src/compiler/ir/ir.js';
import { definition, littleNetwork } from '../support/ir-builder.js';

const network = (model: Definition, ...others: readonly Definition[]): IR => {
  const { training: _training, ...rest } = littleNetwork();
  return { ...rest, definitions: [...others, model], model: { ...rest.model, definition: model.id } };
};

describe('cost', () => {
  it('counts parameters, multiply-accumulates and bias additions along the tree of instances', () => {
    const cost = costOf(littleNetwork(), undefined, { B: 1, H: 10, W: 20 });
    expect(cost).toMatchObject({ parameters: 3 * 3 * 3 * 4 + 4 + 3 * 3 * 4 * 3 + 3, macs: 200 * 216, biasAdditions: 200 * 7 });
    expect(cost.flops).toBe(2 * 200 * 216 + 200 * 7);
    const [net] = cost.children;
    expect(net?.children.map(({ path, block, macs }) => ({ path, block, macs }))).toEqual([
      { path: 'net.conv1', block: 'conv', macs: 200 * 108 },
      { path: 'net.conv2', block: 'conv', macs: 200 * 108 },
    ]);
    expect(net?.children[0]?.outputShapes).toEqual([[1, 10, 20, 4]]);
  });

  it('counts an instance that is applied twice with its parameters once and its operations twice', () => {
    const block = definition('Block', (d) => {
      d.output('y', d.op('conv2d', [d.input('x', ['B', 'H', 'W', 3]), d.weight('kernel', [1, 1, 3, 3])]));
    });
    const twice = definition('Twice', (d) => {
      d.output('y', d.call('b', block, d.call('b', block, d.input('x', ['B', 'H', 'W', 3]))));
    });
    const cost = costOf(network(twice, block), undefined, { B: 1, H: 2, W: 2 });
    expect(cost).toMatchObject({ parameters: 9, macs: 2 * 36 });
    expect(cost.children[0]).toMatchObject({ applications: 2, macs: 72 });
  });

  it('counts a transposed convolution on input positions, and fixed filters not at all', () => {
    const model = definition('Up', (d) => {
      const x = d.input('x', ['B', 'H', 'W', 8]);
      const attributes = { strides: [2, 2], output_size: ['2*H', '2*W'] };
      const up = d.op('conv2d_transpose', [x, d.weight('kernel', [4, 4, 3, 8])], attributes);
      d.output('y', d.op('depthwise_conv2d', [up, d.constant([1, 1, 1], [1, 1, 3, 1])]));
    });
    expect(costOf(network(model), undefined, { B: 1, H: 5, W: 6 }).macs).toBe(5 * 6 * 4 * 4 * 3 * 8);
  });
});
