import type { Program, TensorId } from '../../src/compiler/ir/program.js';

/** Name of an input or output of the i-th of the joined Programs. */
export const joinedName = (index: number, name: string): string => `${index}.${name}`;

/** One Program that does what several do, side by side: an engine then compiles and starts once for all of them. */
export const joinPrograms = (programs: readonly Program[]): Program => {
  const joined = programs.map((program, index) => {
    const offset = programs.slice(0, index).reduce((sum, { tensors }) => sum + tensors.length, 0);
    const moved = (tensor: TensorId): TensorId => tensor + offset;
    const port = <P extends { readonly name: string; readonly tensor: TensorId }>(each: P): P => ({
      ...each,
      name: joinedName(index, each.name),
      tensor: moved(each.tensor),
    });
    return {
      tensors: program.tensors,
      inputs: program.inputs.map(port),
      constants: program.constants.map(({ tensor, values }) => ({ tensor: moved(tensor), values })),
      nodes: program.nodes.map((node) => ({ ...node, inputs: node.inputs.map(moved), output: moved(node.output) })),
      outputs: program.outputs.map(port),
    };
  });
  return {
    name: 'joined',
    purpose: 'inference',
    tensors: joined.flatMap(({ tensors }) => tensors),
    inputs: joined.flatMap(({ inputs }) => inputs),
    constants: joined.flatMap(({ constants }) => constants),
    nodes: joined.flatMap(({ nodes }) => nodes),
    outputs: joined.flatMap(({ outputs }) => outputs),
  };
};
