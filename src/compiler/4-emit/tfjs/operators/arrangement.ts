import { dimensions, integers, number, pairs, word } from '../../../ops/rules/attributes.js';
import type { CustomLayer } from '../custom-layers/index.js';
import type { OperatorEmitter } from './emission.js';

export const reshape: OperatorEmitter = (e) => {
  e.requireSameBatch();
  return e.apply('Reshape', [e.input(0)], { target_shape: e.outputShape.slice(1) });
};

export const transpose: OperatorEmitter = (e) => {
  const [first, ...dims] = integers(e.attributes, 'permutation');
  if (first !== 0) e.fail('moves the first axis, which is the batch in TensorFlow.js');
  return e.apply('Permute', [e.input(0)], { dims });
};

export const concat: OperatorEmitter = (e) => {
  const axis = number(e.attributes, 'axis');
  if (axis === 0) e.fail('joins along the first axis, which is the batch in TensorFlow.js');
  return e.node.inputs.length === 1 ? e.input(0) : e.apply('Concatenate', e.inputs, { axis });
};

/** Rows and columns are cut off by Cropping2D, which says how many go; everything else is cut out by first index and size. */
export const slice: OperatorEmitter = (e) => {
  e.requireSameBatch();
  const shape = e.shape(0);
  const begin = integers(e.attributes, 'begin');
  const left = shape.map((extent, axis) => extent - (begin[axis] ?? 0) - (e.outputShape[axis] ?? 0));
  if (shape.length === 4 && begin[3] === 0 && left[3] === 0) {
    const cropping = [1, 2].map((axis) => [begin[axis] ?? 0, left[axis] ?? 0]);
    return e.apply('Cropping2D', [e.input(0)], { cropping });
  }
  const size = shape.map((_, axis) => (begin[axis] === 0 && left[axis] === 0 ? -1 : (e.outputShape[axis] ?? 1)));
  return e.apply('MfncSlice', [e.input(0)], { begin, size });
};

export const gather: OperatorEmitter = (e) => {
  const axis = number(e.attributes, 'axis');
  if (axis === 0) e.fail('takes slices along the first axis, which is the batch in TensorFlow.js');
  return e.apply('MfncGather', [e.input(0)], { indices: integers(e.attributes, 'indices'), axis });
};

export const pad: OperatorEmitter = (e) => {
  e.requireSameBatch();
  const paddings = pairs(e.attributes, 'paddings').map(([before, after]) => [Number(before), Number(after)]);
  const mode = word(e.attributes, 'mode');
  const value = number(e.attributes, 'value');
  const isMargin = paddings.length === 4 && paddings[3]?.every((count) => count === 0);
  if (mode === 'constant' && value === 0 && isMargin) return e.apply('ZeroPadding2D', [e.input(0)], { padding: paddings.slice(1, 3) });
  return e.apply('MfncPadding', [e.input(0)], { paddings, mode, ...(mode === 'constant' && { value }) });
};

/** -1 stands for axes that stay as they are. */
export const broadcastTo: OperatorEmitter = (e) => {
  const shape = e.shape(0);
  if (shape.length !== e.outputShape.length) e.fail(`adds axes to [${shape.join(', ')}]; the first is the batch in TensorFlow.js`);
  e.requireSameBatch();
  const repeated = dimensions(e.attributes, 'shape').map((extent, axis) => (extent === shape[axis] ? -1 : extent));
  return e.apply('MfncBroadcast', [e.input(0)], { shape: repeated });
};

export const reverse: OperatorEmitter = (e) => {
  const axes = integers(e.attributes, 'axes');
  if (axes.includes(0)) e.fail('reverses the first axis, which is the batch in TensorFlow.js');
  return e.apply('MfncReverse', [e.input(0)], { axes });
};

export const blocks =
  (className: CustomLayer): OperatorEmitter =>
  (e) =>
    e.apply(className, [e.input(0)], { block_size: number(e.attributes, 'block_size') });
