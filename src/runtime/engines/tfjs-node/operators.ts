import type { OpName } from '../../../compiler/ops/index.js';
import { axesLimit, copyingPads, type OperatorTable } from '../operators.js';

/**
 * Into how many runs the axes of a result fall, each with the same operands stretched: what TensorFlow makes of a broadcast before it computes it.
 * @param shapes of the operands, then of the result.
 */
function stretchedRuns(shapes: readonly (readonly number[])[]): number {
  const result = shapes.at(-1) ?? [];
  const stretched = result.flatMap((extent, axis) => {
    if (extent === 1) return [];
    return [
      shapes
        .slice(0, -1)
        .map((shape) => (shape[axis - (result.length - shape.length)] ?? 1) === 1)
        .join(),
    ];
  });
  return stretched.filter((operands, i) => operands !== stretched[i - 1]).length;
}

export const tensorflowOperators: OperatorTable = {
  composed: new Set<OpName>(['clip', 'select']),
  limits: [
    copyingPads,
    axesLimit(6, ['pad']),
    axesLimit(8, ['slice', 'reverse', 'select']),
    axesLimit(9, ['broadcast_to']),
    {
      operators: ['add', 'sub', 'mul', 'div', 'pow', 'maximum', 'minimum', 'greater', 'greater_equal', 'equal'],
      refused: 'operands stretched in more than 5 runs of axes',
      refuses: (_node, shapes) => stretchedRuns(shapes) > 5,
    },
  ],
};
