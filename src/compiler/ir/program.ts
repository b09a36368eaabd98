import type { AttributeValue, OpName } from '../ops/index.js';
import type { ElementType } from './element-type.js';

/** Index into `Program.tensors`. */
export type TensorId = number;

/** A tensor of a Program, with a concrete NHWC (images), HWIO (filters) or free shape. Inputs and outputs of a Program are float32. */
export interface TensorInfo {
  /** Dimensions; an empty list is a scalar. */
  readonly shape: readonly number[];
  readonly type: ElementType;
}

/** Where an operator comes from, for messages and profiles. */
export interface Origin {
  readonly file: string;
  /** One-based; absent where the source text was not at hand. */
  readonly line?: number;
  /** Path of the instance that holds the operator, `deg.r[2].group[1]`. */
  readonly path: string;
}

export interface ProgramNode {
  readonly op: OpName;
  readonly inputs: readonly TensorId[];
  readonly output: TensorId;
  readonly attributes: Readonly<Record<string, AttributeValue>>;
  readonly origin?: Origin;
}

/**
 * What a Program's input is fed with.
 * data: a batch of images, given at each run. parameter: a weight. state: an optimiser moment.
 * scalar: a number that the host computes for each step (rate, bias corrections).
 */
export type InputRole = 'data' | 'parameter' | 'state' | 'scalar';

export interface ProgramInput {
  /** Unique among the inputs. A parameter carries its stable path: `deg.r[2].group[1].rcab[3].conv1.kernel`. */
  readonly name: string;
  readonly role: InputRole;
  readonly tensor: TensorId;
}

/**
 * What a Program's output is for.
 * result: read back by the host. parameter, state: the next value of the input of the same name and role, kept inside the engine between runs.
 */
export type OutputRole = 'result' | 'parameter' | 'state';

export interface ProgramOutput {
  readonly name: string;
  readonly role: OutputRole;
  readonly tensor: TensorId;
}

export interface ProgramConstant {
  readonly tensor: TensorId;
  /** Row-major values, as many as the tensor's shape holds; for a tensor of bfloat16 numbers that it has. */
  readonly values: Float32Array;
}

/**
 * A flat, single-assignment list of operators with concrete shapes, made for one purpose (inference at a size, a train step).
 * Every tensor is defined exactly once: as an input, a constant or the output of a node; nodes stand in an order in which each
 * tensor is defined before it is used. Engines see nothing but Programs.
 */
export interface Program {
  readonly name: string;
  readonly purpose: 'inference' | 'train-step';
  readonly tensors: readonly TensorInfo[];
  readonly inputs: readonly ProgramInput[];
  readonly constants: readonly ProgramConstant[];
  readonly nodes: readonly ProgramNode[];
  readonly outputs: readonly ProgramOutput[];
}
