import { ProgramBuilder } from '../../src/compiler/3-lower/program-builder.js';
import type { Program, TensorId } from '../../src/compiler/ir/program.js';
import type { Attributes, OpName } from '../../src/compiler/ops/index.js';

export interface HandBuilder {
  /** A data input. */
  input(name: string, shape: readonly number[]): TensorId;
  parameter(path: string, shape: readonly number[]): TensorId;
  state(name: string, shape: readonly number[]): TensorId;
  /** A number that the host gives for each run. */
  hostScalar(name: string): TensorId;
  constant(values: readonly number[] | Float32Array, shape: readonly number[]): TensorId;
  scalar(value: number): TensorId;
  /** Adds a node; attributes that are left out get their defaults. Throws where the operator's rules are broken. */
  op(name: OpName, inputs: readonly TensorId[], attributes?: Attributes): TensorId;
  result(name: string, tensor: TensorId): void;
  /** The next value of a parameter. */
  nextParameter(path: string, tensor: TensorId): void;
  nextState(name: string, tensor: TensorId): void;
  shapeOf(tensor: TensorId): readonly number[];
  build(): Program;
}

/**
 * Builds Programs by hand for tests:
 *
 *     const b = programBuilder();
 *     const x = b.input('x', [1, 8, 8, 3]);
 *     const k = b.parameter('conv.kernel', [3, 3, 3, 4]);
 *     b.result('y', b.op('relu', [b.op('conv2d', [x, k], { strides: [2, 2] })]));
 *     const program = b.build();
 */
export const programBuilder = (name = 'test', purpose: Program['purpose'] = 'inference'): HandBuilder => {
  const builder = new ProgramBuilder(name, purpose);
  return {
    input: (inputName, shape) => builder.input(inputName, 'data', shape),
    parameter: (path, shape) => builder.input(path, 'parameter', shape),
    state: (stateName, shape) => builder.input(stateName, 'state', shape),
    hostScalar: (scalarName) => builder.input(scalarName, 'scalar', []),
    constant: (values, shape) => builder.constant(Float32Array.from(values), shape),
    scalar: (value) => builder.scalar(value),
    op: (opName, inputs, attributes = {}) => builder.emit(opName, inputs, attributes),
    result: (outputName, tensor) => builder.output(outputName, 'result', tensor),
    nextParameter: (path, tensor) => builder.output(path, 'parameter', tensor),
    nextState: (stateName, tensor) => builder.output(stateName, 'state', tensor),
    shapeOf: (tensor) => builder.shapeOf(tensor),
    build: () => builder.build(),
  };
};
