import { readFileSync } from 'node:fs';
import { Ajv } from 'ajv';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import schema from '../../src/compiler/diff/diff.schema.json' with { type: 'json' };
import { diffModels, type ModelDiff } from '../../src/compiler/diff/index.js';
import type { IR } from '../../src/compiler/ir/ir.js';
import { analyzeText } from '../support/analyze-text.js';
import { mirrored } from './mirrored.js';

const size = { height: 96, width: 96 };
const matchesSchema = new Ajv({ allErrors: true }).compile(schema);

function irOf(source: string): IR {
  const { ir, diagnostics } = analyzeText(source);
  if (!ir) throw new Error(`${diagnostics.map(({ message }) => message).join('\n')}\nin\n${source}`);
  return ir;
}

/** The difference, checked for all that must hold of any. */
function diff(a: string, b: string): ModelDiff {
  const [left, right] = [
    { label: 'a', ir: irOf(a) },
    { label: 'b', ir: irOf(b) },
  ];
  const found = diffModels(left, right, size);
  expect(matchesSchema(found), JSON.stringify(matchesSchema.errors)).toBe(true);
  expect(diffModels(right, left, size)).toEqual(mirrored(found));
  for (const side of [left, right]) {
    const own = diffModels(side, side, size);
    expect({ equal: own.equal, instances: own.instances, blocks: own.blocks, training: own.training }).toEqual({
      equal: true,
      instances: [],
      blocks: [],
      training: null,
    });
  }
  return found;
}

const drgn = readFileSync('models/drgn.mfn', 'utf8');
const light = readFileSync('models/lw-drgn.mfn', 'utf8');

/** Replaces a text that must be there. */
function edited(source: string, ...edits: readonly (readonly [string, string])[]): string {
  return edits.reduce((text, [from, to]) => {
    expect(text).toContain(from);
    return text.replace(from, to);
  }, source);
}

const small = (body: string, training = '', more = '') =>
  [
    'mfn 1',
    'import { conv, RCAB, ResidualGroup } from "std/blocks"',
    'import { l1, l2, ssim, charbonnier } from "std/losses"',
    more,
    `model M(width: int = 8) { in low: image  out y: image  ${body} }`,
    training,
    '',
  ].join('\n');

const trained = (stage: string, rest = 'batch 2') =>
  small(
    'n = conv(3, 3)  y = n(low)',
    `training of M { data { pair(low, normal)  patch 16 x 16  ${rest} }  adam { rate = 1e-3 }  stage only for 2 epochs { ${stage} } }`,
  );

describe('the instances', () => {
  it('are added, removed and changed, with their figures', () => {
    const found = diff(
      small('y = low |> conv(8, 3) as first |> conv(3, 3) as last'),
      small('y = low |> conv(16, 3) as first |> relu |> conv(3, 1) as end'),
    );
    const told = found.instances.map(({ change, path, a, b }) => [change, path.a, path.b, a?.parameters, b?.parameters, a?.macs, b?.macs]);
    expect(told).toEqual([
      ['added', null, 'end', undefined, 16 * 3 + 3, undefined, 96 * 96 * 16 * 3],
      ['changed', 'first', 'first', 3 * 3 * 3 * 8 + 8, 3 * 3 * 3 * 16 + 16, 96 * 96 * 27 * 8, 96 * 96 * 27 * 16],
      ['removed', 'last', null, 3 * 3 * 8 * 3 + 3, undefined, 96 * 96 * 72 * 3, undefined],
    ]);
    expect(found.instances[1]?.b?.shapes).toEqual([[1, 96, 96, 16]]);
    expect(found.weights).toEqual({ kept: 0, reshaped: 2, removed: 2, added: 2 });
  });

  it('are renamed where the same stands in the same place under another name, alone or in a chain of equal ones', () => {
    const found = diff(
      small('y = low |> conv(8, 3) as head |> repeat(3) as group { RCAB(8) } |> conv(3, 3) as tail'),
      small('y = low |> conv(8, 3) as head |> repeat(3) as g { RCAB(8) } |> conv(3, 3) as end'),
    );
    expect(found.instances.map(({ change, path }) => [change, path.a, path.b])).toEqual([
      ['renamed', 'tail', 'end'],
      ['renamed', 'group[1]', 'g[1]'],
      ['renamed', 'group[2]', 'g[2]'],
      ['renamed', 'group[3]', 'g[3]'],
    ]);
    expect(found.blocks).toEqual([]);
  });

  it('are not renamed where their weights could be those of several', () => {
    const found = diff(
      small('a = low |> conv(3, 3) as p  b = [low, low] |> conv(3, 3) as q  y = a + b'),
      small('a = low - 1 |> conv(3, 3) as r  b = low - 2 |> conv(3, 3) as s  y = a + b'),
    );
    expect(found.instances.map(({ change }) => change).sort()).toEqual(['added', 'added', 'removed', 'removed']);
  });

  it('are moved where they are found in another block', () => {
    const inner = 'block Inner(width: int = 8) { in x: [B, H, W, width]  out y: [B, H, W, width]  y = x |> RCAB(width) as attention }';
    const found = diff(
      small('y = low |> conv(8, 3) as head |> Inner() as inside |> conv(3, 3) as tail', '', inner),
      small('y = low |> conv(8, 3) as head |> RCAB(8) as attention |> conv(3, 3) as tail'),
    );
    expect(found.instances.map(({ change, path }) => [change, path.a, path.b])).toEqual([
      ['moved', 'inside.attention', 'attention'],
      ['removed', 'inside', null],
    ]);
  });

  it('that are applied more often differ, though their weights do not', () => {
    const found = diff(small('n = conv(3, 3)  y = n(low)'), small('n = conv(3, 3)  y = n(n(low))'));
    expect(found.instances.map(({ change, a, b }) => [change, a?.applications, b?.applications])).toEqual([['changed', 1, 2]]);
    expect(found.blocks[0]?.values).toEqual([{ name: 'y', a: 'n(low)', b: 'n(n(low))' }]);
  });
});

describe('the blocks', () => {
  it('are told once, with every instance of them, as expressions over named values', () => {
    const { blocks } = diff(
      drgn,
      edited(drgn, ['conv(width, 3, stride: 2) |> relu\n\n', 'conv(width, 3, stride: 2) |> leaky_relu(0.1)\n\n']),
    );
    expect(blocks).toHaveLength(1);
    expect(blocks[0]?.instances).toEqual([
      { a: 'deg', b: 'deg' },
      { a: 'reg', b: 'reg' },
    ]);
    expect(blocks[0]?.values[0]).toEqual({ name: 'f[1,1]', a: 'relu(conv(x))', b: 'leaky_relu(conv(x), alpha: 0.1)' });
    expect(blocks[0]?.values.map(({ name }) => name)).toEqual(['f[1,1]', 'f[2,2]', 'f[3,3]']);
  });

  it('differ by wiring alone', () => {
    const { blocks, instances, a, b } = diff(
      small('u = low |> conv(8, 3)  v = u |> conv(8, 3)  y = v |> conv(3, 3) as last'),
      small('u = low |> conv(8, 3)  v = u |> conv(8, 3)  y = u + v |> conv(3, 3) as last'),
    );
    expect([instances, a.parameters === b.parameters]).toEqual([[], true]);
    expect(blocks[0]?.values).toEqual([{ name: 'y', a: 'last(v)', b: 'last(u + v)' }]);
  });

  it('show the bodies of functions that are called alike and do other things', () => {
    const call = 'n = conv(3, 3)  y = n(low) |> shaped';
    const { blocks } = diff(
      small(call, '', 'function shaped(x: tensor) = relu(x)'),
      small(call, '', 'function shaped(x: tensor) = sigmoid(x)'),
    );
    expect(blocks[0]?.values).toEqual([{ name: 'y', a: 'relu(n(low))', b: 'sigmoid(n(low))' }]);
  });
});

describe('the ablations of the paper', () => {
  it('without SSIM differs by lambda and by the two terms of SSIM', () => {
    const { training, instances, blocks } = diff(drgn, edited(drgn, ['let lambda = -0.2\n    frozen', 'let lambda = 0.0\n    frozen']));
    expect([instances, blocks]).toEqual([[], []]);
    expect(training?.settings).toEqual([{ name: 'refinement.lambda', a: -0.2, b: 0 }]);
    expect(training?.stages.map(({ name }) => name)).toEqual(['refinement']);
    expect(training?.stages[0]?.losses[0]?.terms).toEqual([
      { term: 'ssim(restored, normal)', a: -0.2, b: 0 },
      { term: 'ssim(restored_ref, reference)', a: -0.2, b: 0 },
    ]);
  });

  it('without KL differs by the term of the consistency loss', () => {
    const { training } = diff(drgn, edited(drgn, ['let consistency = 1.0', 'let consistency = 0.0']));
    expect(training?.stages.map(({ losses }) => losses.map(({ name, terms }) => [name, terms]))).toEqual([
      [['L_deg', [{ term: 'kl(I_D, I_Dref)', a: 1, b: 0 }]]],
    ]);
  });

  it('LW-DRGN has the published 660,486 of 4,774,768 parameters, and a model of another name', () => {
    const found = diff(drgn, light);
    expect([found.a.parameters, found.b.parameters]).toEqual([4_774_768, 660_486]);
    expect(found.model.name).toEqual({ a: 'DRGN', b: 'LWDRGN' });
    expect(found.model.constraints).toEqual([
      { name: 'H', a: 8, b: 4 },
      { name: 'W', a: 8, b: 4 },
    ]);
  });
});

describe('the training', () => {
  it('differs by data, length, optimiser and what is frozen', () => {
    const { training } = diff(
      trained('minimize L over n = l1(n(low), normal)'),
      edited(
        trained('minimize L over n = l1(n(low), normal)', 'batch 4  augment flip'),
        ['for 2 epochs', 'for 30 steps'],
        ['rate = 1e-3 }', 'rate = 1e-3 * 0.5 ^ epoch  beta1 = 0.5  weight_decay = 0.1 }  gradients { clip_norm = 1 }  ema { decay = 0.9 }'],
      ),
    );
    expect(training?.data).toEqual([
      { name: 'augment', a: 'nothing', b: 'flip' },
      { name: 'batch', a: '2', b: '4' },
    ]);
    const [stage] = training?.stages ?? [];
    expect(stage?.duration).toEqual({ a: '2 epochs', b: '30 steps' });
    expect(stage?.losses[0]?.optimizer).toEqual([
      { name: 'beta1', a: 0.9, b: 0.5 },
      { name: 'clip_norm', a: null, b: 1 },
      { name: 'rate', a: '0.001', b: '0.001 * 0.5 ^ epoch' },
      { name: 'weight_decay', a: null, b: 0.1 },
    ]);
    expect(stage?.ema).toEqual({ a: null, b: '0.9' });
    expect(stage?.losses[0]?.expression).toBeNull();
  });

  it('differs by terms: a sum is taken apart, through factors and functions', () => {
    const a = trained('p = n(low)  minimize L over n = 2 * (l1(p, normal) - 0.5 * l2(p, normal)) + 0.1 * l2(p, normal)');
    const b = trained('p = n(low)  minimize L over n = 2 * l1(p, normal) + 0.25 * charbonnier(p, normal)');
    expect(diff(a, b).training?.stages[0]?.losses[0]?.terms).toEqual([
      { term: 'charbonnier(p, normal)', a: null, b: 0.25 },
      { term: 'l2(p, normal)', a: -0.9, b: null },
    ]);
  });

  it('may be on one side only', () => {
    const without = diff(trained('minimize L over n = l1(n(low), normal)'), small('n = conv(3, 3)  y = n(low)'));
    expect(without.training?.change).toBe('removed');
    expect(without.training?.stages.map(({ name, change }) => [name, change])).toEqual([['only', 'removed']]);
    expect(without.training?.stages[0]?.losses[0]?.expression).toEqual({ a: 'l1(n(low), normal)', b: null });
  });

  it('names the order of stages, and a discriminator that is no more', () => {
    const stages = (text: string) => edited(trained(''), ['stage only for 2 epochs {  }', text]);
    const first =
      'stage first for 1 epochs { d = conv(1, 3)  minimize L over n = l1(n(low), normal)  minimize D over d = l1(d(normal), normal) }';
    const second = 'stage second for 1 epochs { minimize L over n = l2(n(low), normal) }';
    expect(diff(stages(`${first} ${second}`), stages(`${second} ${first}`)).training?.order).toEqual({
      a: ['first', 'second'],
      b: ['second', 'first'],
    });
    const without = diff(stages(first), stages('stage first for 1 epochs { minimize L over n = l1(n(low), normal) }'));
    expect(without.training?.stages[0]?.instances.map(({ change, path, a }) => [change, path.a, a?.parameters])).toEqual([
      ['removed', 'd', 28],
    ]);
    expect(without.training?.stages[0]?.losses.map(({ change, name }) => [change, name])).toEqual([['removed', 'D']]);
  });
});

/** A block as a graph of values, each made of earlier ones. */
interface Graph {
  readonly values: readonly { readonly from: readonly number[]; readonly width: number; readonly act: string; readonly size: number }[];
}

const graphs: fc.Arbitrary<Graph> = fc
  .array(
    fc.record({
      from: fc.array(fc.nat(20), { minLength: 1, maxLength: 3 }),
      width: fc.constantFrom(4, 8),
      act: fc.constantFrom('relu', 'sigmoid', 'tanh'),
      size: fc.constantFrom(1, 3),
    }),
    { minLength: 1, maxLength: 8 },
  )
  .map((values) => ({ values: values.map((value, i) => ({ ...value, from: value.from.map((index) => index % (i + 1)) })) }));

/** The source with its statements in the order of `keys`, as far as the flow of data allows it, and `gap` between all words. */
function sourceOf({ values }: Graph, keys: readonly number[], gap: string): string {
  const name = (i: number): string => (i === 0 ? 'low' : `v[${i}]`);
  const ready = new Set([0]);
  const statements: string[] = [];
  const open = values.map((_, i) => i);
  while (open.length > 0) {
    const possible = open.filter((i) => values[i]?.from.every((source) => ready.has(source)));
    const [next] = possible.sort((a, b) => (keys[a] ?? 0) - (keys[b] ?? 0) || a - b) as [number];
    open.splice(open.indexOf(next), 1);
    ready.add(next + 1);
    const { from, width, act, size: side } = values[next] as Graph['values'][number];
    statements.push(`${name(next + 1)} = [${from.map(name).join(', ')}] |> conv(${width}, ${side}) as c |> ${act}`);
  }
  const body = `${statements.join('  ')}  y = [${values.map((_, i) => name(i + 1)).join(', ')}] |> conv(3, 3) as last`;
  return small(body).replaceAll('  ', gap);
}

const gaps = fc.constantFrom('  ', '\n', '\r\n  ', ' // a comment\n', '\n\n\t');
const orders = fc.array(fc.nat(1000), { minLength: 8, maxLength: 8 });

describe('on generated programs', () => {
  it('the order of statements and the layout are no difference', () => {
    fc.assert(
      fc.property(graphs, orders, orders, gaps, gaps, (graph, first, second, gap, other) => {
        const found = diff(sourceOf(graph, first, gap), sourceOf(graph, second, other));
        expect([found.equal, found.weights.removed]).toEqual([true, 0]);
      }),
      { numRuns: 60 },
    );
  });

  it('any change of a value is a difference, and A and B are interchangeable', () => {
    const change = fc.record({
      at: fc.nat(20),
      width: fc.constantFrom(5, 6),
      act: fc.constantFrom('softplus', 'abs'),
      what: fc.constantFrom('width', 'act', 'size', 'from'),
    });
    fc.assert(
      fc.property(graphs, change, orders, (graph, { at, what, width, act }, order) => {
        const index = at % graph.values.length;
        const values = graph.values.map((value, i) => {
          if (i !== index) return value;
          const from = value.from.length > 1 ? value.from.slice(1) : [...value.from, 0];
          return { ...value, ...{ width: { width }, act: { act }, size: { size: 5 }, from: { from } }[what] };
        });
        const found = diff(sourceOf(graph, order, '  '), sourceOf({ values }, order, '\n'));
        expect(found.equal).toBe(false);
        expect(found.instances.length + found.blocks.length).toBeGreaterThan(0);
      }),
      { numRuns: 60 },
    );
  });
});
