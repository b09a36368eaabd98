import type { Program, TensorId } from '../../../compiler/ir/program.js';

/**
 * For each node, the intermediate tensors that nothing needs after it: to be freed there. Inputs, constants and outputs are never among
 * them; a result that nobody reads is freed at its own node.
 */
export function findLastUses(program: Program): readonly (readonly TensorId[])[] {
  const kept = new Set([...program.inputs, ...program.constants, ...program.outputs].map(({ tensor }) => tensor));
  const lastUse = new Map<TensorId, number>();
  program.nodes.forEach((node, index) => {
    lastUse.set(node.output, index);
    for (const input of node.inputs) lastUse.set(input, index);
  });
  const freed: TensorId[][] = program.nodes.map(() => []);
  for (const [tensor, index] of lastUse) {
    if (!kept.has(tensor)) freed[index]?.push(tensor);
  }
  return freed;
}
