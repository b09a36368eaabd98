import { report } from '../../diagnostics/index.js';
import { type Dimension, evaluate, formatShape, type Shape } from '../../ir/dimension.js';
import type { Definition, SizeConstraint } from '../../ir/ir.js';
import { constraintText } from '../elaborate/constraints.js';
import { type Context, fail } from '../elaborate/context.js';
import type { TrainingData } from './data-section.js';

/** Checks that the size of a training patch meets the constraints of the network, and that every tensor has something in it at that size. */
export function checkPatch(
  data: TrainingData,
  constraints: readonly SizeConstraint[],
  definitions: Iterable<Definition>,
  context: Context,
): void {
  const { patch, batch, patchSpan: span } = data;
  const sizes: Readonly<Record<string, number>> = { B: batch, H: patch[0], W: patch[1] };
  const shown = `${patch[0]} x ${patch[1]}`;
  const violated = constraints.filter(({ symbol, divisor }) => (sizes[symbol] ?? 0) % divisor !== 0);
  if (violated.length > 0) {
    const related = violated.flatMap(({ because }) => because.slice(0, 3));
    fail(context, report.patchMismatch({ span, patch: shown, constraint: constraintText(violated), related }));
    return;
  }
  const known = new Map<Dimension, number>();
  const sizeOf = (dimension: Dimension): number => {
    const size = typeof dimension === 'number' ? dimension : (known.get(dimension) ?? evaluate(dimension, sizes));
    known.set(dimension, size);
    return size;
  };
  for (const { nodes } of definitions) {
    for (const node of nodes) {
      const shapes: readonly Shape[] = node.kind === 'call' ? node.outputs.map(({ shape }) => shape) : [node.output.shape];
      const empty = shapes.map((shape) => shape.map(sizeOf)).find((shape) => shape.some((size) => size < 1));
      if (!empty) continue;
      const related = [{ message: `this would have the shape ${formatShape(empty)}`, span: node.span }];
      fail(context, report.emptyTensor({ span, patch: shown, shape: formatShape(empty), related }));
      return;
    }
  }
}
