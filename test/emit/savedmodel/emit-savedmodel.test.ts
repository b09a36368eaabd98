import { describe, expect, it } from 'vitest';
import { EmissionError, emitSavedModel, outputKey } from '../../../src/compiler/4-emit/savedmodel/index.js';
import { NodeNames } from '../../../src/compiler/4-emit/savedmodel/node-names.js';
import type { ElementType } from '../../../src/compiler/ir/element-type.js';
import { opCases, programOf, titleOf } from '../../ops/cases.js';
import { programBuilder } from '../../support/program-builder.js';
import { attentionNetwork } from './attention-network.js';
import { decodeGraph } from './decode-graph.js';

const nodesOf = (program: Parameters<typeof emitSavedModel>[0]) =>
  decodeGraph(emitSavedModel(program).files.get('saved_model.pb') ?? new Uint8Array());

describe('a SavedModel', () => {
  it('has the same bytes for the same Program', () => {
    expect(emitSavedModel(attentionNetwork()).files).toEqual(emitSavedModel(attentionNetwork()).files);
  });

  it('names every input and output in its signature as the Program does', () => {
    const { inputs, outputs } = emitSavedModel(attentionNetwork());
    expect(inputs.get('low')).toEqual({ key: 'low', tensor: 'low:0' });
    expect(inputs.get('body[2].kernel')).toEqual({ key: 'body[2].kernel', tensor: 'body_2/kernel:0' });
    expect(outputs.get(outputKey('result', 'enhanced'))?.key).toBe('enhanced');
  });

  it('has the weights as constants where their values are given', () => {
    const program = attentionNetwork();
    const weights = new Map([['first.bias', { shape: [4], values: new Float32Array(4) }]]);
    const { inputs, files } = emitSavedModel(program, { weights });
    expect(inputs.has('first.bias')).toBe(false);
    const node = decodeGraph(files.get('saved_model.pb') ?? new Uint8Array()).find(({ name }) => name === 'first/bias');
    expect(node?.op).toBe('Const');
  });

  it('refuses values of another shape than the weight has', () => {
    const weights = new Map([['first.bias', { shape: [5], values: new Float32Array(5) }]]);
    expect(() => emitSavedModel(attentionNetwork(), { weights })).toThrow(
      /first\.bias has the shape \[4\], the values given for it have \[5\]/,
    );
  });

  it('keeps a result and a parameter of one name apart', () => {
    const b = programBuilder('step', 'train-step');
    const w = b.parameter('w', []);
    b.result('w', b.op('square', [w]));
    b.nextParameter('w', b.op('neg', [w]));
    const { outputs } = emitSavedModel(b.build());
    const keys = [outputs.get(outputKey('result', 'w')), outputs.get(outputKey('parameter', 'w'))];
    expect(new Set(keys.map((entry) => entry?.key)).size).toBe(2);
    expect(new Set(keys.map((entry) => entry?.tensor)).size).toBe(2);
  });
});

describe('the graph', () => {
  it('defines every node once, before its use, with a name that TensorFlow allows', () => {
    const defined = new Set<string>();
    for (const { name, input } of nodesOf(attentionNetwork())) {
      expect(name).toMatch(/^[A-Za-z0-9.][A-Za-z0-9_./-]*$/);
      expect(defined.has(name), name).toBe(false);
      for (const source of input) expect(defined.has(source), `${source} for ${name}`).toBe(true);
      defined.add(name);
    }
  });

  it('adds a bias by BiasAdd, which TensorFlow fuses into the convolution', () => {
    const kinds = nodesOf(attentionNetwork()).map(({ op }) => op);
    expect(kinds.filter((op) => op === 'BiasAdd')).toHaveLength(2);
    expect(kinds.filter((op) => op === 'AddV2')).toHaveLength(1);
  });

  it('has no concat before a 1x1 convolution in inference, and one bias', () => {
    const fusion = (purpose: 'inference' | 'train-step', type: ElementType = 'float32') => {
      const b = programBuilder('fusion', purpose);
      const as = (tensor: number): number => (type === 'float32' ? tensor : b.op('cast', [tensor], { type }));
      const parts = [as(b.input('a', [1, 4, 4, 2])), as(b.input('b', [1, 4, 4, 3]))];
      const fused = b.op('conv2d', [b.op('concat', parts, { axis: 3 }), as(b.parameter('k', [1, 1, 5, 4]))]);
      const sum = b.op('add', [fused, as(b.parameter('bias', [4]))]);
      b.result('y', type === 'float32' ? sum : b.op('cast', [sum], { type: 'float32' }));
      return nodesOf(b.build()).map(({ op }) => op);
    };
    const count = (kinds: readonly string[]) =>
      ['ConcatV2', 'Conv2D', 'BiasAdd', 'AddV2'].map((op) => kinds.filter((kind) => kind === op).length);
    expect(count(fusion('inference'))).toEqual([0, 2, 1, 1]);
    expect(count(fusion('train-step'))).toEqual([1, 1, 1, 0]);
    expect(count(fusion('inference', 'bfloat16'))).toEqual([1, 1, 1, 0]);
  });

  it('says SAME and VALID for explicit paddings that mean the same', () => {
    const convolution = (padding: readonly number[]) => {
      const b = programBuilder();
      b.result('y', b.op('conv2d', [b.input('x', [1, 8, 8, 3]), b.parameter('k', [3, 3, 3, 4])], { padding }));
      return nodesOf(b.build()).find(({ op }) => op === 'Conv2D')?.padding;
    };
    expect([convolution([1, 1, 1, 1]), convolution([0, 0, 0, 0]), convolution([2, 0, 1, 1])]).toEqual(['SAME', 'VALID', 'EXPLICIT']);
  });

  it('refuses a pad that repeats the edge, with the operator and the reason', () => {
    const b = programBuilder();
    b.result('y', b.op('pad', [b.input('x', [4])], { paddings: [[1, 1]], mode: 'replicate' }));
    expect(() => emitSavedModel(b.build())).toThrow(EmissionError);
  });

  it.each(opCases.filter(({ attributes }) => attributes?.mode !== 'replicate').map((use) => [titleOf(use), use] as const))(
    'can be made for %s',
    (_, use) => {
      expect(nodesOf(programOf(use)).at(-1)).toMatchObject({ op: 'Identity', name: 'outputs/result/loss' });
    },
  );
});

describe('node names', () => {
  it('follow the path of the instance', () => {
    expect(new NodeNames().unique('deg.r[2].group[1].rcab[3].conv1/conv2d')).toBe('deg/r_2/group_1/rcab_3/conv1/conv2d');
  });

  it('are unique, whatever was asked for before', () => {
    const names = new NodeNames();
    const given = ['a', 'a_1', 'a', 'a', 'a_1', 'a_2', '', '', '[', 'ä:m', 'ä;m'].map((name) => names.unique(name));
    expect(new Set(given).size).toBe(given.length);
  });
});
