import { describe, expect, it } from 'vitest';
import type { Program } from '../../src/compiler/ir/program.js';
import { verifyIR } from '../../src/compiler/ir/verify-ir.js';
import { verifyProgram } from '../../src/compiler/ir/verify-program.js';
import { littleNetwork } from '../support/ir-builder.js';
import { programBuilder } from '../support/program-builder.js';

type Path = readonly (string | number)[];

/** What is wrong, where, how the value there is spoilt, and a part of the message. */
type Fault = readonly [about: string, path: Path, spoil: (value: unknown) => unknown, message: string];

/** A copy of a value with one place in it changed; undefined removes a key. */
const changed = (value: unknown, [key, ...rest]: Path, spoil: (value: unknown) => unknown): unknown => {
  if (key === undefined) return spoil(value);
  if (Array.isArray(value)) return value.map((item, i) => (i === key ? changed(item, rest, spoil) : item));
  return { ...Object(value), [key]: changed(Object(value)[key], rest, spoil) };
};

const to = (replacement: unknown) => (): unknown => replacement;
const reversed = (value: unknown): unknown => (Array.isArray(value) ? value.toReversed() : value);
const withFirstAgain = (value: unknown): unknown => (Array.isArray(value) ? [...value, value[0]] : value);
const withoutFirst = (value: unknown): unknown => (Array.isArray(value) ? value.slice(1) : value);

const valid = (): Program => {
  const b = programBuilder();
  const w = b.parameter('w', [3]);
  const scaled = b.op('mul', [b.op('tanh', [b.input('x', [2, 3])]), b.constant([1, 2, 3], [3])]);
  b.result('y', b.op('add', [scaled, w]));
  b.nextParameter('w', b.op('neg', [w]));
  return b.build();
};

const programFaults: readonly Fault[] = [
  ['a tensor that is used before it is defined', ['nodes'], reversed, 'before it is defined'],
  ['a tensor that is defined twice', ['nodes'], withFirstAgain, 'a second time'],
  ['a tensor that is not listed', ['tensors'], withoutFirst, 'does not list'],
  ['a shape that the operator does not give', ['tensors', 2, 'shape'], to([9]), 'the Program says [9]'],
  ['shapes that do not agree', ['tensors', 0, 'shape'], to([4]), 'extents must be equal'],
  ['an unknown operator', ['nodes', 0, 'op'], to('sinh'), 'does not exist'],
  ['an unknown attribute', ['nodes', 0, 'attributes'], to({ alpha: 1 }), "no attribute 'alpha'"],
  [
    'an attribute that is missing',
    ['nodes', 0],
    to({ op: 'leaky_relu', inputs: [1], output: 2, attributes: {} }),
    'lacks attributes: alpha',
  ],
  ['a next value of another shape', ['outputs', 1, 'tensor'], to(1), 'it was [3]'],
  ['a next value of nothing', ['outputs', 1, 'name'], to('v'), 'that is no input'],
  ['two inputs of one name', ['inputs', 0, 'name'], to('x'), 'two inputs are named x'],
  ['two outputs of one name', ['outputs'], withFirstAgain, 'two outputs are named result y'],
  ['a type that the operator does not give', ['tensors', 2, 'type'], to('bfloat16'), 'the Program says bfloat16'],
  ['an input that is not float32', ['tensors', 1, 'type'], to('bfloat16'), 'x is bfloat16; inputs and outputs of a Program are float32'],
  ['types that do not agree', ['tensors', 3, 'type'], to('bfloat16'), 'the types must be equal, found float32 and bfloat16'],
  ['an operator that takes float32 only', ['tensors', 1, 'type'], to('bfloat16'), 'tanh takes float32 only, found bfloat16'],
  ['a constant of the wrong length', ['constants', 0, 'values'], to(new Float32Array(2)), '2 values'],
];

describe('verifyProgram', () => {
  it('accepts a valid Program', () => {
    expect(verifyProgram(valid())).toEqual([]);
  });

  it.each(programFaults)('finds %s', (_about, path, spoil, message) => {
    expect(verifyProgram(changed(valid(), path, spoil) as Program).join('\n')).toContain(message);
  });
});

const firstNode: Path = ['definitions', 0, 'nodes', 0];

const irFaults: readonly Fault[] = [
  ['a missing part', ['model', 'constraints'], to(undefined), "required property 'constraints'"],
  ['a part that does not belong', ['comment'], to('hello'), "'comment'"],
  ['a shape that is no dimension', ['definitions', 0, 'inputs', 0, 'shape', 1], to('H +'), 'cannot be read'],
  ['an unknown operator', [...firstNode, 'op'], to('convolve'), 'no operator convolve'],
  ['a gradient operator', [...firstNode, 'op'], to('relu_gradient'), 'belongs to Programs'],
  ['an attribute of another kind', [...firstNode, 'attributes'], to({ padding: 'full' }), 'found "full"'],
  ['channels that do not agree', ['definitions', 0, 'weights', 0, 'shape', 2], to(5), 'the kernel takes 5'],
  ['a shape that the operator does not give', [...firstNode, 'output', 'shape', 3], to(5), 'the IR says'],
  ['a value that is defined twice', ['definitions', 0, 'nodes'], withFirstAgain, 'is defined twice'],
  ['a constant of the wrong length', ['definitions', 5, 'nodes', 9, 'values'], to([1, 2]), '2 values for 1 elements'],
  ['a call of a definition that comes later', ['definitions'], reversed, 'not defined before'],
  ['a call of no instance', ['definitions', 2, 'instances'], withoutFirst, 'names no instance'],
  ['two definitions of one name', ['definitions', 1, 'id'], to('conv#1'), 'two definitions have the id conv#1'],
  ['a stage without its loss', ['definitions', 5, 'outputs'], withoutFirst, 'has no output L_net'],
  ['a model without definition', ['model', 'definition'], to('Other'), 'no definition Other'],
];

describe('verifyIR', () => {
  it('accepts a valid IR, also one that was written and read', () => {
    expect(verifyIR(JSON.parse(JSON.stringify(littleNetwork())))).toEqual([]);
  });

  it.each([undefined, null, 7, [], {}])('refuses %j without an exception', (value) => {
    expect(verifyIR(value)).not.toEqual([]);
  });

  it.each(irFaults)('finds %s', (_about, path, spoil, message) => {
    const spoilt: unknown = JSON.parse(JSON.stringify(changed(littleNetwork(), path, spoil)));
    expect(verifyIR(spoilt).join('\n')).toContain(message);
  });
});
