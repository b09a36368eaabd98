import { integers, number, pairs, word } from '../../../../compiler/ops/rules/attributes.js';
import { type Kernel, operand } from './kernel.js';

const pad: Kernel = (call) => {
  const mode = word(call.attributes, 'mode');
  if (mode !== 'constant')
    throw new Error(`tfjs has no correct ${mode} padding; the pass that decomposes paddings must run before the engine`);
  const paddings = pairs(call.attributes, 'paddings').map(([before, after]): [number, number] => [Number(before), Number(after)]);
  return call.tf.pad(operand(call, 0), paddings, number(call.attributes, 'value'));
};

const spaceToDepth: Kernel = (call) => {
  const { tf } = call;
  const x = operand(call, 0);
  const [batch, height, width, channels] = x.shape as [number, number, number, number];
  const block = number(call.attributes, 'block_size');
  const blocks = tf.reshape(x, [batch, height / block, block, width / block, block, channels]);
  return tf.reshape(tf.transpose(blocks, [0, 1, 3, 2, 4, 5]), [...call.outputShape]);
};

const depthToSpace: Kernel = (call) => {
  const { tf } = call;
  const x = operand(call, 0);
  const [batch, height, width, channels] = x.shape as [number, number, number, number];
  const block = number(call.attributes, 'block_size');
  const blocks = tf.reshape(x, [batch, height, width, block, block, channels / block ** 2]);
  return tf.reshape(tf.transpose(blocks, [0, 1, 3, 2, 4, 5]), [...call.outputShape]);
};

export const shapeKernels = {
  reshape: ((call) => call.tf.reshape(operand(call, 0), [...call.outputShape])) satisfies Kernel,
  transpose: ((call) => call.tf.transpose(operand(call, 0), [...integers(call.attributes, 'permutation')])) satisfies Kernel,
  concat: ((call) => call.tf.concat([...call.inputs], number(call.attributes, 'axis'))) satisfies Kernel,
  slice: ((call) => call.tf.slice(operand(call, 0), [...integers(call.attributes, 'begin')], [...call.outputShape])) satisfies Kernel,
  gather: ((call) => {
    const { tf, attributes } = call;
    return tf.gather(operand(call, 0), tf.tensor1d([...integers(attributes, 'indices')], 'int32'), number(attributes, 'axis'));
  }) satisfies Kernel,
  reverse: ((call) => call.tf.reverse(operand(call, 0), [...integers(call.attributes, 'axes')])) satisfies Kernel,
  broadcast_to: ((call) => call.tf.broadcastTo(operand(call, 0), [...call.outputShape])) satisfies Kernel,
  pad,
  depth_to_space: depthToSpace,
  space_to_depth: spaceToDepth,
};
