import type { Dimension, Shape } from '../ir/dimension.js';
import type { ElementType } from '../ir/element-type.js';

/** What an attribute may hold in the IR and in a Program. Dimensions are symbolic in the IR and numbers in a Program. */
export type AttributeValue = number | string | boolean | readonly Dimension[] | readonly (readonly Dimension[])[];

/**
 * Kind of an attribute. `dimension(s)` may be symbolic in the IR; `padding` is 'same' (TensorFlow's rule: the output is ceil(size / stride)),
 * 'valid', or explicit [top, bottom, left, right].
 */
export type AttributeKind =
  | 'int'
  | 'float'
  | 'bool'
  | 'ints'
  | 'dimensions'
  | 'padding'
  | 'paddings'
  | { readonly oneOf: readonly string[] };

export interface AttributeSpecification {
  readonly name: string;
  readonly kind: AttributeKind;
  /** Absent: the attribute is required. */
  readonly default?: AttributeValue;
  readonly documentation: string;
}

/** A violated rule of an operator: said by the rules of shapes and types, turned into a diagnostic by phase 2 and into a verifier error elsewhere. */
export interface ShapeProblem {
  /** 'expected 64 channels, the kernel has 48': both sides of the conflict. */
  readonly problem: string;
  /** Indices of the inputs that disagree. */
  readonly inputs: readonly number[];
}

/** Lets a shape rule demand something of dimensions that may be symbolic. */
export interface ShapeContext {
  /**
   * Whether two dimensions are equal. For symbolic dimensions that are equal only for some sizes (`2*ceil(H/2)` and `H`), the context
   * records the constraint ("H divisible by 2") and answers true; where no divisibility makes them equal it answers false.
   */
  equal(a: Dimension, b: Dimension): boolean;
}

export type Attributes = Readonly<Record<string, AttributeValue>>;

/** Multiply-accumulates and additions of a bias that an operator performs, as polynomials of the sizes. */
export interface Cost {
  /** Multiply-accumulates of convolutions and matrix products with a trained operand. */
  readonly macs: Dimension;
}

/** Builds gradient nodes; implemented by the differentiation pass over a Program. Values are tensor ids with concrete shapes. */
export interface GradientBuilder {
  readonly shapeOf: (tensor: number) => readonly number[];
  readonly typeOf: (tensor: number) => ElementType;
  readonly emit: (op: string, inputs: readonly number[], attributes?: Attributes) => number;
  readonly constant: (values: Float32Array, shape: readonly number[]) => number;
  readonly scalar: (value: number) => number;
  /** Sums a gradient over the dimensions along which `shape` was broadcast. */
  readonly unbroadcast: (gradient: number, shape: readonly number[]) => number;
}

/** Arguments of a gradient rule. `needs[i]` says whether the gradient of input i is wanted. */
export interface GradientArguments {
  readonly inputs: readonly number[];
  readonly output: number;
  readonly outputGradient: number;
  readonly attributes: Attributes;
  readonly needs: readonly boolean[];
}

/** An operator: everything the compiler knows of it stands in one file. */
export interface OpDefinition {
  readonly name: string;
  readonly documentation: string;
  /** Names of the tensor inputs; `variadic` operators (concat) take one or more of the last. */
  readonly inputs: readonly string[];
  readonly variadic?: boolean;
  readonly attributes: readonly AttributeSpecification[];
  /** Whether `.mfn` sources may call it by name. Gradient operators are not callable. */
  readonly callable: boolean;
  /** Result shape, or what is wrong. Total: never throws. */
  readonly shape: (inputs: readonly Shape[], attributes: Attributes, context: ShapeContext) => Shape | ShapeProblem;
  /**
   * Type of the result's elements, or what is wrong with those of the tensors. Absent: the operator takes and gives float32. The IR has no types:
   * a pass over Programs chooses them.
   */
  readonly type?: (inputs: readonly ElementType[], attributes: Attributes) => ElementType | ShapeProblem;
  /** Multiply-accumulates; absent for operators that the convention counts as free. */
  readonly cost?: (inputs: readonly Shape[], output: Shape, attributes: Attributes) => Cost;
  /** Gradient of each input (undefined where `needs` is false or the derivative is zero everywhere); absent: not differentiable. */
  readonly gradient?: (builder: GradientBuilder, call: GradientArguments) => readonly (number | undefined)[];
}

/** An operator without tensors, known to sources and the IR: a Program has its values as a constant. */
export interface ConstantOpDefinition extends OpDefinition {
  /** Its elements, row-major, for attributes without symbols. */
  readonly values: (attributes: Attributes) => Float32Array;
}
