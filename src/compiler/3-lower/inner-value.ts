import type { Shape } from '../ir/dimension.js';
import type { Definition, IR, Port } from '../ir/ir.js';
import { definitionOf } from './weights.js';

/** The named tensors of a model: its outputs and what its body gives names to, in the order in which they are computed. */
export const namedValues = (ir: IR): readonly Port[] => {
  const { nodes, outputs } = definitionOf(ir, ir.model.definition);
  const inside = nodes.flatMap((node): Port[] => {
    const results: readonly { readonly value: string; readonly shape: Shape }[] = node.kind === 'call' ? node.outputs : [node.output];
    return node.label === undefined ? [] : results.map(({ value, shape }) => ({ name: node.label as string, value, shape }));
  });
  return [...inside.filter(({ name }) => !outputs.some((port) => port.name === name)), ...outputs];
};

/**
 * The model with one of its named tensors as its only output: what DeG makes of a picture, for example. The weights stay those of the whole model, of which
 * a Program of it takes what it needs.
 * @returns undefined where no tensor has the name.
 */
export const withOutput = (ir: IR, name: string): IR | undefined => {
  const found = namedValues(ir).find((port) => port.name === name);
  if (found === undefined) return undefined;
  const outermost = (definition: Definition): Definition =>
    definition.id === ir.model.definition ? { ...definition, outputs: [found] } : definition;
  return { ...ir, definitions: ir.definitions.map(outermost) };
};
