import type { Name } from '../../1-parse/ast.js';
import type { Shape } from '../../ir/dimension.js';
import type { Context } from './context.js';
import type { Value } from './values.js';

/** Tells the observer, where there is one, the shapes of the tensors that a name stands for. */
export function observeValue(context: Context, name: Name, value: Value, label = name.text): void {
  const { state, builder } = context;
  if (!state.observer || !builder) return;
  const shapes = shapesOf(value);
  if (shapes.length > 0) state.observer.shaped(name, label, shapes, builder.id);
}

function shapesOf(value: Value): Shape[] {
  switch (value.kind) {
    case 'tensor':
      return [value.shape];
    case 'list':
      return value.elements.every(({ kind }) => kind === 'tensor') ? value.elements.flatMap(shapesOf) : [];
    case 'outputs':
      return [...value.members.values()].map(({ shape }) => shape);
    default:
      return [];
  }
}
