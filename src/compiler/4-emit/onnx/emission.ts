import type { Program, ProgramNode, TensorId } from '../../ir/program.js';
import type { Absorbed } from '../fusion.js';
import { product } from './fold.js';
import { OnnxGraph, type Value } from './graph.js';
import { canonical, channelsFirst, keepsOrder, type Layout, permutationBetween, sameLayout, storedShape } from './layout.js';
import { dataTypes } from './messages.js';
import type { Provider } from './provider.js';

/** A tensor of the Program as it stands in the ONNX graph. */
interface Stored {
  readonly layout: Layout;
  readonly value: Value;
}

/**
 * State of one emission: which tensors of the Program exist in the ONNX graph, and in which layouts.
 *
 * Each tensor has a home layout, the one its producer wrote. Another layout is made on demand, once, so that chains of convolutions
 * and elementwise operators stay in NCHW and a Transpose appears only where an operator needs the Program's own order.
 */
export class Emission {
  readonly graph: OnnxGraph;
  private readonly stored = new Map<TensorId, Stored[]>();
  private readonly conditions = new Map<TensorId, Stored>();
  private readonly operands = new Map<string, Value>();
  /** Images side by side in one tensor's channels that nobody has needed as one tensor yet. */
  private readonly joined = new Map<TensorId, readonly TensorId[]>();
  /** Images fed by the host: stored NHWC, used NCHW. */
  private readonly imageInputs = new Set<TensorId>();

  constructor(
    private readonly program: Program,
    private readonly absorbed: ReadonlyMap<ProgramNode, Absorbed>,
    readonly provider: Provider,
  ) {
    this.graph = new OnnxGraph(provider);
  }

  shapeOf(tensor: TensorId): readonly number[] {
    const info = this.program.tensors[tensor];
    if (info === undefined) throw new Error(`the Program has no tensor ${tensor}`);
    return info.shape;
  }

  /** What an operator takes over from the operators behind it. */
  absorbedBy(node: ProgramNode): Absorbed {
    return this.absorbed.get(node) ?? { output: node.output };
  }

  defineInput(tensor: TensorId, value: Value, isImage: boolean): void {
    if (isImage) this.imageInputs.add(tensor);
    this.define(tensor, value);
  }

  /** Says that a tensor of the Program is this value, stored in this layout (by default the Program's own). */
  define(tensor: TensorId, value: Value, layout: Layout = canonical(this.shapeOf(tensor).length)): void {
    const known = this.stored.get(tensor);
    if (known === undefined) this.stored.set(tensor, [{ layout, value }]);
    else known.push({ layout, value });
  }

  /** Defines a result of a comparison, which is boolean in ONNX and 0 or 1 in the Program. */
  defineCondition(tensor: TensorId, value: Value, layout: Layout): void {
    this.conditions.set(tensor, { layout, value });
  }

  /** Defines a concatenation of NCHW images along their channels. It is written only if something needs it as a whole. */
  defineJoined(tensor: TensorId, images: readonly TensorId[]): void {
    this.joined.set(tensor, images);
  }

  /** The images whose channels, one after the other, are those of this image: itself alone, unless it is a concatenation. */
  imagesIn(tensor: TensorId): readonly TensorId[] {
    return this.joined.get(tensor)?.flatMap((image) => this.imagesIn(image)) ?? [tensor];
  }

  /** Makes `tensor` another name of `source`, in every layout. */
  alias(tensor: TensorId, source: TensorId): void {
    const condition = this.conditions.get(source);
    if (condition !== undefined) this.conditions.set(tensor, condition);
    const images = this.joined.get(source);
    if (images !== undefined) this.joined.set(tensor, images);
    const known = this.stored.get(source);
    if (known !== undefined) this.stored.set(tensor, known);
    if (this.imageInputs.has(source)) this.imageInputs.add(tensor);
  }

  /** The layout in which an operator that may choose should read this tensor. */
  layoutOf(tensor: TensorId): Layout {
    if (this.imageInputs.has(tensor) || this.joined.has(tensor)) return channelsFirst;
    const known = this.conditions.get(tensor) ?? this.stored.get(tensor)?.[0];
    return known?.layout ?? canonical(this.shapeOf(tensor).length);
  }

  /** The tensor in the given layout (by default the Program's own). */
  value(tensor: TensorId, layout: Layout = canonical(this.shapeOf(tensor).length)): Value {
    const known = this.stored.get(tensor) ?? [this.joined.has(tensor) ? this.join(tensor) : this.castCondition(tensor)];
    const present = known.find((stored) => sameLayout(stored.layout, layout));
    if (present !== undefined) return present.value;
    const [home] = known as [Stored];
    const value = this.graph.transpose(home.value, permutationBetween(home.layout, layout));
    this.define(tensor, value, layout);
    return value;
  }

  /** The tensor as a boolean, true where it is not 0. */
  condition(tensor: TensorId, layout: Layout): Value {
    const known = this.conditions.get(tensor);
    if (known !== undefined && known.layout.length === layout.length) {
      return this.graph.transpose(known.value, permutationBetween(known.layout, layout));
    }
    const value = this.operand(tensor, layout);
    return this.graph.node('Cast', [value], value.shape, { to: { int: dataTypes.bool } });
  }

  /**
   * The tensor as an operand of an operator that broadcasts by numpy's rules and whose result is stored in `layout`:
   * a [C] vector beside an NCHW image becomes [1, C, 1, 1].
   */
  operand(tensor: TensorId, layout: Layout): Value {
    const shape = this.shapeOf(tensor);
    if (shape.length === layout.length) return this.value(tensor, layout);
    const value = this.value(tensor);
    if (product(shape) === 1 || sameLayout(layout, canonical(layout.length))) return value;
    const key = `${tensor} ${layout.join()}`;
    const known = this.operands.get(key);
    if (known !== undefined) return known;
    const extended = [...new Array<number>(layout.length - shape.length).fill(1), ...shape];
    const operand = keepsOrder(extended, layout)
      ? this.graph.reshape(value, storedShape(extended, layout))
      : this.graph.transpose(this.graph.reshape(value, extended), layout);
    this.operands.set(key, operand);
    return operand;
  }

  /** The layout for an elementwise operator over these tensors: NCHW as soon as one image stands in NCHW. */
  commonLayout(tensors: readonly TensorId[], rank: number): Layout {
    const first = tensors.some((tensor) => this.shapeOf(tensor).length === 4 && sameLayout(this.layoutOf(tensor), channelsFirst));
    return rank === 4 && first ? channelsFirst : canonical(rank);
  }

  private join(tensor: TensorId): Stored {
    const images = (this.joined.get(tensor) ?? []).map((image) => this.value(image, channelsFirst));
    const value = this.graph.concat(images, 1);
    this.define(tensor, value, channelsFirst);
    return { layout: channelsFirst, value };
  }

  private castCondition(tensor: TensorId): Stored {
    const condition = this.conditions.get(tensor);
    if (condition === undefined) throw new Error(`tensor ${tensor} of Program '${this.program.name}' is used before it is defined`);
    const value = this.graph.node('Cast', [condition.value], condition.value.shape, { to: { int: dataTypes.float } });
    this.define(tensor, value, condition.layout);
    return { layout: condition.layout, value };
  }
}
