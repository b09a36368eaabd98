import { roundTo } from '../../../ir/rounding.js';
import { integers, number, pairs, word } from '../../../ops/rules/attributes.js';
import { attribute } from '../attribute-values.js';
import { dataTypeOf } from '../graph.js';
import type { OperatorEmitter } from './emission.js';

export const reshape: OperatorEmitter = (e) =>
  e.add('Reshape', [e.input(0), e.graph.integers(e.outputShape)], { Tshape: attribute.type('int32') });

export const transpose: OperatorEmitter = (e) =>
  e.add('Transpose', [e.input(0), e.graph.integers(integers(e.attributes, 'permutation'))], { Tperm: attribute.type('int32') });

export const concat: OperatorEmitter = (e) => {
  // TensorFlow's ConcatV2 takes two tensors or more.
  if (e.inputs.length === 1) return e.add('Identity', e.inputs);
  const axis = number(e.attributes, 'axis');
  return e.add('ConcatV2', [...e.inputs, e.graph.integer(axis)], { N: attribute.int(e.inputs.length), Tidx: attribute.type('int32') });
};

export const slice: OperatorEmitter = (e) =>
  e.add('Slice', [e.input(0), e.graph.integers(integers(e.attributes, 'begin')), e.graph.integers(integers(e.attributes, 'size'))], {
    Index: attribute.type('int32'),
  });

export const gather: OperatorEmitter = (e) => {
  const operands = [e.input(0), e.graph.integers(integers(e.attributes, 'indices')), e.graph.integer(number(e.attributes, 'axis'))];
  return e.graph.add('GatherV2', e.name, operands, {
    Tparams: attribute.type(dataTypeOf[e.type]),
    Tindices: attribute.type('int32'),
    Taxis: attribute.type('int32'),
    batch_dims: attribute.int(0),
  });
};

export const pad: OperatorEmitter = (e) => {
  const paddings = e.graph.pairs(pairs(e.attributes, 'paddings').map(([before, after]) => [Number(before), Number(after)]));
  const mode = word(e.attributes, 'mode');
  if (mode === 'constant') {
    const [value = 0] = roundTo(e.type, Float32Array.of(number(e.attributes, 'value')));
    const constant = e.graph.scalar(value, e.type);
    return e.add('PadV2', [e.input(0), paddings, constant], { Tpaddings: attribute.type('int32') });
  }
  if (mode === 'replicate') e.fail('TensorFlow has no pad that repeats the edge; it is decomposed into slices before emission');
  return e.add('MirrorPad', [e.input(0), paddings], { Tpaddings: attribute.type('int32'), mode: attribute.text(mode.toUpperCase()) });
};

export const broadcastTo: OperatorEmitter = (e) =>
  e.add('BroadcastTo', [e.input(0), e.graph.integers(e.outputShape)], { Tidx: attribute.type('int32') });

export const reverse: OperatorEmitter = (e) =>
  e.add('ReverseV2', [e.input(0), e.graph.integers(integers(e.attributes, 'axes'))], { Tidx: attribute.type('int32') });

/** DepthToSpace and SpaceToDepth in TensorFlow's own order of channels. */
export const blocks =
  (op: 'DepthToSpace' | 'SpaceToDepth'): OperatorEmitter =>
  (e) =>
    e.add(op, e.inputs, { block_size: attribute.int(number(e.attributes, 'block_size')), data_format: attribute.text('NHWC') });
