import type { SourceOpName } from '../../ops/index.js';
import type { Code, Context } from './context.js';
import { methodCall } from './methods.js';
import { asTensor, asTyped } from './tensors.js';
import { broadcastRank, rankOf, type Type, tensor } from './types.js';

/** A call of an operator: its tensors, and the attributes that are given. */
export interface OperatorCall {
  readonly context: Context;
  readonly inputs: readonly Code[];
  readonly attributes: ReadonlyMap<string, Code>;
}

type Translator = (call: OperatorCall) => Code;

const first = ({ inputs, context }: OperatorCall): Code => asTensor(inputs[0] as Code, context);

const text = ({ attributes }: OperatorCall, name: string): string | undefined => attributes.get(name)?.text;

/** Arguments without the undefined ones at their end. */
function list(...values: readonly (string | undefined)[]): string {
  const last = values.findLastIndex((value) => value !== undefined);
  return values
    .slice(0, last + 1)
    .map((value) => value ?? 'undefined')
    .join(', ');
}

/** `{ strides: [2, 2], padding: 'same' }` */
function options(entries: Readonly<Record<string, string | undefined>>): string | undefined {
  const given = Object.entries(entries).flatMap(([name, value]) =>
    value === undefined ? [] : [value === name ? name : `${name}: ${value}`],
  );
  return given.length === 0 ? undefined : `{ ${given.join(', ')} }`;
}

/** `x.relu()` */
const method =
  (name: string, ...attributes: readonly string[]): Translator =>
  (call) => {
    const x = first(call);
    return methodCall(x, name, list(...attributes.map((attribute) => text(call, attribute))), x.type);
  };

/** `a.maximum(b)` */
const binary =
  (name: string): Translator =>
  ({ inputs, context }) => {
    const [a, b] = inputs.map((input) => asTensor(input, context, true)) as [Code, Code];
    const type = tensor(broadcastRank(a.type, b.type));
    if (a.type.kind !== 'number') return methodCall(a, name, b.text, type);
    return { text: `tf.${name}(${a.text}, ${b.text})`, type, isLoose: true };
  };

/** tfjs's own gradient is that of equal shapes; no gradient flows to a number. */
const extremum =
  (name: 'maximum' | 'minimum'): Translator =>
  (call) => {
    const [a, b] = call.inputs;
    if (call.context.isGradientStopped || a?.type.kind === 'number' || b?.type.kind === 'number') return binary(name)(call);
    const [left, right] = call.inputs.map((input) => asTensor(input, call.context)) as [Code, Code];
    const text = `${call.context.file.use('operators', name)}(${left.text}, ${right.text})`;
    return { text, type: tensor(broadcastRank(left.type, right.type)), isLoose: true };
  };

/** tfjs's gradient at 0 is not ours, which does not matter where none flows. */
const absoluteValue: Translator = (call) => {
  if (call.context.isGradientStopped) return method('abs')(call);
  const x = first(call);
  return { text: `${call.context.file.use('operators', 'absolute')}(${asTyped(x)})`, type: x.type };
};

const comparison =
  (kind: string): Translator =>
  ({ inputs, context }) => {
    const [a, b] = inputs.map((input) => asTensor(input, context, true)) as [Code, Code];
    const compare = context.file.use('operators', 'compare');
    return { text: `${compare}(tf.${kind}, ${a.text}, ${b.text})`, type: tensor(broadcastRank(a.type, b.type)), isLoose: true };
  };

/** The number of entries of a list that is written out. */
const written = (code: string | undefined): number | undefined => {
  if (code === undefined || code === '[]') return 0;
  if (!code.startsWith('[')) return undefined;
  let [depth, count] = [0, 1];
  for (const character of code) {
    if ('[({'.includes(character)) depth += 1;
    else if ('])}'.includes(character)) depth -= 1;
    else if (character === ',' && depth === 1) count += 1;
    else if (character === '.' && depth === 1 && code.includes('...')) return undefined;
  }
  return count;
};

function reducedType(x: Type, axes: string | undefined, keepDims: string | undefined): Type {
  const [rank, count] = [rankOf(x), written(axes)];
  if (keepDims === 'true') return x;
  if (count === 0) return tensor(0);
  return rank === undefined || count === undefined || keepDims !== undefined ? tensor() : tensor(rank - count);
}

const reduction =
  (name: 'sum' | 'mean' | 'max'): Translator =>
  (call) => {
    const x = first(call);
    const [axes, keepDims] = [text(call, 'axes'), text(call, 'keepdims')];
    const given = axes === '[]' ? undefined : axes;
    const type = reducedType(x.type, axes, keepDims);
    // tfjs's gradient of the maximum is not ours, which does not matter where none flows.
    if (name !== 'max' || call.context.isGradientStopped) return methodCall(x, name, list(given, keepDims), type);
    return { text: `${call.context.file.use('operators', 'reduceMax')}(${list(x.text, given, keepDims)})`, type, isLoose: true };
  };

const picture = tensor(4);

/** Attributes of a window in the form of tfjs, or undefined where only our own operator does what is wanted. */
function plainWindow(call: OperatorCall, padding: string): readonly [strides: string, padding: string] | undefined {
  const dilations = text(call, 'dilations');
  const given = text(call, 'padding') ?? padding;
  if ((dilations !== undefined && dilations !== '[1, 1]') || (given !== '"same"' && given !== '"valid"')) return undefined;
  const strides = text(call, 'strides') ?? '[1, 1]';
  return [strides.replace(/^\[(\w+), \1\]$/, '$1'), given];
}

function windowOptions(call: OperatorCall): string | undefined {
  const padding = call.attributes.get('padding');
  const typed =
    padding?.type.kind === 'string' && !padding.text.startsWith('"')
      ? `${padding.text} as ${call.context.file.use('operators', 'type Padding').replace('type ', '')}`
      : padding?.text;
  return options({ strides: text(call, 'strides'), dilations: text(call, 'dilations'), padding: typed });
}

const convolution =
  (name: 'conv2d' | 'depthwiseConv2d'): Translator =>
  (call) => {
    const [x, filter] = call.inputs.map((input) => asTyped(asTensor(input, call.context), picture));
    const plain = plainWindow(call, '"same"');
    if (plain) return { text: `tf.${name}(${x}, ${filter}, ${plain.join(', ')})`, type: picture };
    return { text: `${call.context.file.use('operators', name)}(${list(x, filter, windowOptions(call))})`, type: picture };
  };

const transposedConvolution: Translator = (call) => {
  const { context } = call;
  const [x, filter] = call.inputs.map((input) => asTyped(asTensor(input, context), picture));
  const size = text(call, 'output_size') ?? '[0, 0]';
  const plain = plainWindow(call, '"same"');
  const [, height, width] = /^\[([^[\],]*), ([^[\],]*)\]$/.exec(size) ?? [];
  if (plain && filter && x && height && width && /^\w+$/.test(x) && /^\w+$/.test(filter)) {
    const [strides, padding] = plain;
    return {
      text: `tf.conv2dTranspose(${x}, ${filter}, [${x}.shape[0], ${height}, ${width}, ${filter}.shape[2]], ${strides}, ${padding})`,
      type: picture,
    };
  }
  return { text: `${context.file.use('operators', 'conv2dTranspose')}(${list(x, filter, size, windowOptions(call))})`, type: picture };
};

const pooling =
  (ours: string, theirs: string, isExactAtBorders: boolean): Translator =>
  (call) => {
    const x = asTyped(first(call), picture);
    const size = text(call, 'size') ?? '[1, 1]';
    const plain = plainWindow(call, '"valid"');
    if (plain && (isExactAtBorders || plain[1] === '"valid"')) {
      return { text: `tf.${theirs}(${x}, ${size.replace(/^\[(\w+), \1\]$/, '$1')}, ${plain.join(', ')})`, type: picture };
    }
    return { text: `${call.context.file.use('operators', ours)}(${list(x, size, windowOptions(call))})`, type: picture };
  };

const rearrangement =
  (name: string): Translator =>
  (call) => ({
    text: `${call.context.file.use('operators', name)}(${asTyped(first(call), picture)}, ${text(call, 'block_size')})`,
    type: picture,
  });

const pad: Translator = (call) => {
  const x = first(call);
  const mode = text(call, 'mode') ?? '"constant"';
  const paddings = text(call, 'paddings');
  if (mode === '"constant"') {
    return {
      text: `tf.pad(${list(asTyped(x), `${paddings} as [number, number][]`, text(call, 'value'))})`,
      type: x.type,
    };
  }
  const input = asTyped(x);
  const how = mode.startsWith('"') ? mode : `${mode} as 'replicate' | 'reflect' | 'symmetric'`;
  return { text: `${call.context.file.use('operators', 'padWith')}(${input}, ${paddings}, ${how})`, type: x.type };
};

const shaped =
  (name: string, attribute: string): Translator =>
  (call) => {
    const shape = text(call, attribute);
    const rank = written(shape);
    const type = tensor(rank === 0 && shape !== '[]' ? undefined : rank);
    return { text: `tf.${name}(${first(call).text}, ${shape})`, type, isLoose: true };
  };

const concat: Translator = ({ inputs, context, attributes }) => {
  const [only] = inputs;
  const axis = attributes.get('axis')?.text ?? '0';
  const isList = inputs.length === 1 && only?.type.kind === 'list';
  const parts = isList ? only.text : `[${inputs.map((input) => asTensor(input, context).text).join(', ')}]`;
  const element = isList && only.type.kind === 'list' ? only.type.element : only?.type;
  return { text: `tf.concat(${parts}, ${axis})`, type: tensor(element && rankOf(element)), isLoose: true };
};

const select: Translator = ({ inputs, context }) => {
  const [condition, a, b] = inputs.map((input, i) => asTensor(input, context, i > 0)) as [Code, Code, Code];
  const rank = broadcastRank(tensor(broadcastRank(condition.type, a.type)), b.type);
  return { text: `${context.file.use('operators', 'select')}(${condition.text}, ${a.text}, ${b.text})`, type: tensor(rank), isLoose: true };
};

const matmul: Translator = (call) => {
  const [a, b] = call.inputs.map((input) => asTensor(input, call.context)) as [Code, Code];
  const arguments_ = list(a.text, b.text, text(call, 'transpose_a'), text(call, 'transpose_b'));
  const ranks = [rankOf(a.type), rankOf(b.type)];
  const isPlain = ranks[0] !== undefined && ranks[0] === ranks[1];
  const name = isPlain ? 'tf.matMul' : call.context.file.use('operators', 'matMul');
  const type = tensor(broadcastRank(a.type, b.type));
  return { text: `${name}(${arguments_})`, type, isLoose: true, typed: (wanted) => `${name}<${wanted}>(${arguments_})` };
};

const stopGradient: Translator = (call) => {
  const x = first(call);
  return { text: `${call.context.file.use('operators', 'stopGradient')}(${asTyped(x)})`, type: x.type };
};

const slice: Translator = (call) => {
  const x = first(call);
  return { text: `tf.slice(${list(asTyped(x), text(call, 'begin'), text(call, 'size'))})`, type: x.type };
};

const gather: Translator = (call) => {
  const x = first(call);
  return { text: `tf.gather(${list(asTyped(x), text(call, 'indices'), text(call, 'axis'))})`, type: x.type };
};

const notCallable: Translator = () => {
  throw new Error('operators that only passes make are not callable from sources');
};

/** How each operator is written with tfjs; what tfjs has no right gradient for stands in the generated operators.ts. */
export const operatorTranslators: Readonly<Record<SourceOpName, Translator>> = {
  positions: (call) => ({
    text: `${call.context.file.use('operators', 'positions')}(${list(text(call, 'shape') ?? '[]', text(call, 'axis'))})`,
    type: tensor(),
    isLoose: true,
  }),
  neg: method('neg'),
  abs: absoluteValue,
  sign: method('sign'),
  square: method('square'),
  sqrt: method('sqrt'),
  rsqrt: method('rsqrt'),
  exp: method('exp'),
  log: method('log'),
  sigmoid: method('sigmoid'),
  tanh: method('tanh'),
  erf: method('erf'),
  relu: method('relu'),
  softplus: method('softplus'),
  leaky_relu: (call) => method('leakyRelu', 'alpha')(call),
  clip: (call) => {
    const x = first(call);
    return {
      text: `tf.clipByValue(${list(asTyped(x), text(call, 'minimum'), text(call, 'maximum'))})`,
      type: x.type,
      ...(x.isLoose ? { isLoose: true } : {}),
    };
  },
  stop_gradient: stopGradient,
  add: binary('add'),
  sub: binary('sub'),
  mul: binary('mul'),
  div: binary('div'),
  pow: binary('pow'),
  maximum: extremum('maximum'),
  minimum: extremum('minimum'),
  greater: comparison('greater'),
  greater_equal: comparison('greaterEqual'),
  equal: comparison('equal'),
  select,
  reduce_sum: reduction('sum'),
  reduce_mean: reduction('mean'),
  reduce_max: reduction('max'),
  reshape: shaped('reshape', 'shape'),
  transpose: (call) => {
    const x = first(call);
    return { text: `tf.transpose(${list(asTyped(x), text(call, 'permutation'))})`, type: x.type };
  },
  concat,
  slice,
  gather,
  pad,
  broadcast_to: shaped('broadcastTo', 'shape'),
  reverse: method('reverse', 'axes'),
  depth_to_space: rearrangement('depthToSpace'),
  space_to_depth: rearrangement('spaceToDepth'),
  conv2d: convolution('conv2d'),
  conv2d_transpose: transposedConvolution,
  depthwise_conv2d: convolution('depthwiseConv2d'),
  avg_pool: pooling('averagePool', 'avgPool', false),
  max_pool: pooling('maximumPool', 'maxPool', true),
  matmul,
  cast: notCallable,
  relu_gradient: notCallable,
  leaky_relu_gradient: notCallable,
  conv2d_filter_gradient: notCallable,
  depthwise_conv2d_input_gradient: notCallable,
  depthwise_conv2d_filter_gradient: notCallable,
  avg_pool_gradient: notCallable,
  max_pool_gradient: notCallable,
};
