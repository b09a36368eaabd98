import type { Program, TensorId } from '../../../compiler/ir/program.js';
import type { Instruction } from './plan.js';

/**
 * For each instruction, the intermediate tensors that nothing needs after it: to be freed there. Only results of the instructions are among
 * them, and never the Program's outputs; a result that nobody reads is freed at its own instruction.
 */
export function findLastUses(program: Program, instructions: readonly Instruction[]): readonly (readonly TensorId[])[] {
  const outputs = new Set(program.outputs.map(({ tensor }) => tensor));
  const lastUse = new Map<TensorId, number>();
  instructions.forEach(({ inputs, output }, index) => {
    lastUse.set(output, index);
    for (const input of inputs) if (lastUse.has(input)) lastUse.set(input, index);
  });
  const freed: TensorId[][] = instructions.map(() => []);
  for (const [tensor, index] of lastUse) {
    if (!outputs.has(tensor)) freed[index]?.push(tensor);
  }
  return freed;
}
