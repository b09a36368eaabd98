import { flag, integers } from '../../../ops/rules/attributes.js';
import { attribute } from '../attribute-values.js';
import type { OperatorEmitter } from './emission.js';

/** Sum, Mean or Max over some axes; no axes named means all. */
export const reduction =
  (op: string): OperatorEmitter =>
  (e) => {
    const rank = e.shape(0).length;
    const named = integers(e.attributes, 'axes');
    const axes = (named.length === 0 ? e.shape(0).map((_, axis) => axis) : named).map((axis) => (axis < 0 ? axis + rank : axis));
    const keepsDimensions = flag(e.attributes, 'keepdims');
    // The gradient of a bias: TensorFlow has a kernel of its own for it.
    if (op === 'Sum' && rank === 4 && !keepsDimensions && axes.join() === '0,1,2') {
      return e.add('BiasAddGrad', e.inputs, { data_format: attribute.text('NHWC') });
    }
    // The mean of each channel, as channel attention takes it: the pooling kernel needs half the time of the reduction.
    if (op === 'Mean' && rank === 4 && keepsDimensions && axes.join() === '1,2') {
      const [, height = 1, width = 1] = e.shape(0);
      const ksize = attribute.ints([1, height, width, 1]);
      return e.add('AvgPool', e.inputs, { ksize, strides: ksize, padding: attribute.text('VALID'), data_format: attribute.text('NHWC') });
    }
    return e.add(op, [e.input(0), e.graph.integers(axes)], { Tidx: attribute.type('int32'), keep_dims: attribute.flag(keepsDimensions) });
  };
