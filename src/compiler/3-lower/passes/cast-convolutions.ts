import { elementCount } from '../../ir/dimension.js';
import type { ElementType } from '../../ir/element-type.js';
import type { Program, ProgramNode, TensorId } from '../../ir/program.js';
import { roundTo } from '../../ir/rounding.js';
import type { OpName } from '../../ops/index.js';
import { type RewriteContext, rewriteProgram } from '../rewrite.js';

/** Which of an operator's results are bfloat16. */
type Treatment =
  /** Where it convolves with trained filters. */
  | 'convolution'
  /** Where all of its tensors are: it moves elements, or takes the greater of two, and rounds nothing. */
  | 'follow'
  /** Where one of its tensors is: the gradient of an activation has the type of the activation. */
  | 'activation gradient'
  /** Where its larger tensors are, inside an instance; the smaller ones (a bias, a scale of channels) are cast to them. */
  | 'arithmetic';

/** Operators that are not here compute in float32. */
const treatments: Partial<Record<OpName, Treatment>> = {
  conv2d: 'convolution',
  conv2d_transpose: 'convolution',
  conv2d_filter_gradient: 'convolution',
  depthwise_conv2d: 'convolution',
  depthwise_conv2d_input_gradient: 'convolution',
  relu: 'follow',
  leaky_relu: 'follow',
  max_pool: 'follow',
  reshape: 'follow',
  transpose: 'follow',
  concat: 'follow',
  slice: 'follow',
  pad: 'follow',
  broadcast_to: 'follow',
  reverse: 'follow',
  depth_to_space: 'follow',
  space_to_depth: 'follow',
  relu_gradient: 'activation gradient',
  leaky_relu_gradient: 'activation gradient',
  max_pool_gradient: 'activation gradient',
  add: 'arithmetic',
  mul: 'arithmetic',
};

/**
 * Casts convolutions with trained filters, and their gradients, to bfloat16. What stands between two of them (bias, activation, residual addition,
 * scale of channels) stays bfloat16 too; all else is float32: losses, reductions, normalisation, the optimiser and the weights that it updates.
 *
 * Why: AMX, AVX-512 BF16 and the tensor cores of GPUs multiply bfloat16 numbers many times as fast as float32, with sums in float32, and every tensor
 * takes half the memory. The division is that of PyTorch's autocast, whose list of operators of lower precision is that of convolutions and matrix
 * products, with these differences, all on the side of float32: convolutions with constant filters (the window of SSIM) and those of 1x1 images (channel
 * attention, whose input is a mean) are not cast, gradients of a filter that is applied several times are summed in float32, subtractions (which cancel)
 * and arithmetic outside of any instance, where losses are written, are not done in bfloat16. The gradient of a depthwise filter stays float32 as well:
 * TensorFlow's own kernel sums it in the type of its elements, and was off by 5 % for 37,000 terms.
 *
 * A tensor is cast at most once in each direction, so a weight has one copy in bfloat16 for all its applications, and a tensor that was bfloat16 is not
 * cast back and forth. Runs last: it needs the backward pass, and the other passes need not know of types.
 */
export const castConvolutions = (program: Program): Program => {
  const trained = trainedTensors(program);
  const outputs = new Set(program.outputs.map(({ tensor }) => tensor));
  const casts = new Map<string, TensorId>();
  return rewriteProgram(program, (node, context) => {
    const { builder, inputs, emit } = context;
    const as = (type: ElementType, tensor: TensorId): TensorId => castTo(type, tensor, context, casts);
    const type = isBfloat16(node, context, trained) ? 'bfloat16' : 'float32';
    const operands = inputs.map((input) => as(type, input));
    const result = emit(node.op, operands, node.attributes);
    const isKept = outputs.has(node.output) || node.op === 'conv2d_filter_gradient';
    return isKept && builder.typeOf(result) !== 'float32' ? as('float32', result) : result;
  });
};

/** The tensor in another type: a constant is rounded here, a tensor that was cast before is taken from there. */
const castTo = (type: ElementType, tensor: TensorId, { builder, emit }: RewriteContext, casts: Map<string, TensorId>): TensorId => {
  if (builder.typeOf(tensor) === type) return tensor;
  const values = builder.constantOf(tensor);
  if (values) return builder.constant(roundTo(type, values), builder.shapeOf(tensor), type);
  // Back to bfloat16 is exact; a float32 tensor that was rounded is not what it was.
  const before = builder.nodeOf(tensor);
  const [source] = before?.op === 'cast' ? before.inputs : [];
  if (type === 'bfloat16' && source !== undefined && builder.typeOf(source) === type) return source;
  const key = `${type} ${tensor}`;
  const result = casts.get(key) ?? emit('cast', [tensor], { type });
  casts.set(key, result);
  return result;
};

const isBfloat16 = (node: ProgramNode, { builder, inputs }: RewriteContext, trained: ReadonlySet<TensorId>): boolean => {
  const isReduced = (tensor: TensorId): boolean => builder.typeOf(tensor) === 'bfloat16';
  switch (treatments[node.op]) {
    case 'convolution': {
      const [image = -1] = inputs;
      return hasTrainedFilter(node, trained) && builder.shapeOf(image).slice(1, 3).join() !== '1,1';
    }
    case 'follow':
      return inputs.every(isReduced);
    case 'activation gradient':
      return inputs.some(isReduced);
    case 'arithmetic': {
      const sizes = inputs.map((input) => elementCount(builder.shapeOf(input)));
      const largest = inputs.filter((_, i) => sizes[i] === Math.max(...sizes));
      return (node.origin?.path ?? '') !== '' && largest.every(isReduced);
    }
    default:
      return false;
  }
};

/** Whether a convolution's filter is a weight, or made from weights. The gradient of a filter is asked for only where it is one. */
const hasTrainedFilter = ({ op, inputs: [, filter = -1] }: ProgramNode, trained: ReadonlySet<TensorId>): boolean =>
  op === 'conv2d_filter_gradient' || trained.has(filter);

/** Parameters, and what is computed from parameters and constants alone. */
const trainedTensors = (program: Program): ReadonlySet<TensorId> => {
  const constant = new Set(program.constants.map(({ tensor }) => tensor));
  const trained = new Set(program.inputs.filter(({ role }) => role === 'parameter').map(({ tensor }) => tensor));
  for (const { inputs, output } of program.nodes) {
    if (inputs.every((input) => trained.has(input) || constant.has(input))) {
      (inputs.some((input) => trained.has(input)) ? trained : constant).add(output);
    }
  }
  return trained;
};
