import * as tf from '@tensorflow/tfjs';
import { type Random, random } from './random.js';

/** A tensor outside of tfjs: its values are row-major. */
export interface TensorData {
  readonly shape: readonly number[];
  readonly values: Float32Array;
}

export interface WeightsOptions {
  /** Seed of the start values, which depend on it and on a weight's path only. Default 1. */
  readonly seed?: number;
  /** Values by path, as a file holds them; a weight that is not among them gets its start value. */
  readonly values?: ReadonlyMap<string, TensorData>;
  /** Whether `values` holds all weights of the network, so that a missing one is a mistake. */
  readonly isComplete?: boolean;
}

// #region passes
/** What holds while a stage of a training computes its terms. */
export interface Pass {
  /** Names of the instances that the stage does not train. */
  readonly frozen: readonly string[];
  /** Receives the new values of statistics by path; without it they are not computed. */
  readonly updates?: Map<string, tf.Tensor>;
}
// #endregion

/** Whether a path is that of an instance with one of these names, or within it: `deg` stands for `deg`, `deg.*` and `deg[...]`. */
const belongs = (path: string, names: readonly string[]): boolean =>
  names.some((name) => path === name || path.startsWith(`${name}.`) || path.startsWith(`${name}[`));

/** The stored tensors of a network by path (`deg.conv1.kernel`), trained ones and statistics. Each is made when the network first uses it. */
export class Weights {
  private readonly variables = new Map<string, tf.Variable>();

  // #region passes
  /** Undefined where no training goes on. */
  pass: Pass | undefined;
  // #endregion

  constructor(private readonly options: WeightsOptions = {}) {}

  // #region passes
  /** Whether there are tensors that training does not change by gradients. */
  get hasStatistics(): boolean {
    return [...this.variables.values()].some(({ trainable }) => !trainable);
  }

  /** Computes something in the pass of a training. */
  during<T>(pass: Pass, compute: () => T): T {
    this.pass = pass;
    try {
      return compute();
    } finally {
      this.pass = undefined;
    }
  }
  // #endregion

  /** The scope of the whole network. */
  get root(): Scope {
    return new Scope(this, '');
  }

  /** Paths of all weights that are in use. */
  get paths(): string[] {
    return [...this.variables.keys()];
  }

  /** The weight at a path, made on its first use. @throws Error where it was made with another shape. */
  get(path: string, shape: readonly number[], initializer: Initializer, isTrained = true): tf.Variable {
    const known = this.variables.get(path);
    const found = known ?? this.options.values?.get(path);
    if (found && found.shape.join() !== shape.join()) {
      throw new Error(`${path} has the shape [${found.shape.join(', ')}], the network wants [${shape.join(', ')}]`);
    }
    if (known) return known;
    if (!found && this.options.isComplete) throw new Error(`${path} is not among the weights that were given`);
    const values = this.options.values?.get(path)?.values ?? initializer(shape, random(this.options.seed ?? 1, path));
    const variable = tf.tidy(() => tf.variable(tf.tensor(values, [...shape]), isTrained));
    this.variables.set(path, variable);
    return variable;
  }

  // #region passes
  /** Gives statistics new values. */
  assign(values: ReadonlyMap<string, tf.Tensor>): void {
    for (const [path, value] of values) this.variables.get(path)?.assign(value);
  }
  // #endregion

  /** The trained weights in use of the instances with these names, by path. */
  under(names: readonly string[]): Map<string, tf.Variable> {
    return new Map([...this.variables].filter(([path, { trainable }]) => trainable && belongs(path, names)));
  }

  // #region averages
  /** All stored tensors in use, statistics included, of the instances with these names, or of all, by path. */
  stored(names?: readonly string[]): Map<string, tf.Variable> {
    return new Map([...this.variables].filter(([path]) => names === undefined || belongs(path, names)));
  }
  // #endregion

  /** Copies of the weights in use, or of those at the paths given. */
  async read(paths: readonly string[] = this.paths): Promise<Map<string, TensorData>> {
    const wanted = paths.flatMap((path) => [[path, this.variables.get(path)] as const]);
    return readTensors(wanted.flatMap(([path, variable]) => (variable ? [[path, variable] as const] : [])));
  }

  dispose(): void {
    for (const variable of this.variables.values()) variable.dispose();
    this.variables.clear();
  }
}

/** Copies tensors out of tfjs. */
export async function readTensors(tensors: Iterable<readonly [string, tf.Tensor]>): Promise<Map<string, TensorData>> {
  const result = new Map<string, TensorData>();
  for (const [name, tensor] of tensors) {
    result.set(name, { shape: tensor.shape, values: Float32Array.from(await tensor.data()) });
  }
  return result;
}

/**
 * A place in the tree of blocks. A block asks its scope for its weights: applied again in the same scope it uses the same weights, in
 * another scope it has its own.
 */
export class Scope {
  constructor(
    private readonly weights: Weights,
    private readonly path: string,
  ) {}

  child(name: string): Scope {
    return new Scope(this.weights, this.join(name));
  }

  weight<T extends tf.Tensor>(name: string, shape: readonly number[], initializer: Initializer): T {
    // What stands for a weight that does not exist is never read.
    if (initializer === absent) return tf.scalar(0) as tf.Tensor as T;
    return this.weights.get(this.join(name), shape, initializer) as tf.Tensor as T;
  }

  // #region passes
  /** A stored tensor that no loss trains; later applications of a block see what earlier ones of the same pass left. */
  statistic<T extends tf.Tensor>(name: string, shape: readonly number[], initializer: Initializer): T {
    const path = this.join(name);
    const variable = this.weights.get(path, shape, initializer, false);
    return (this.weights.pass?.updates?.get(path) ?? variable) as tf.Tensor as T;
  }

  /** Gives a statistic its next value, in a training that does not freeze it. */
  update(name: string, value: () => tf.Tensor): void {
    if (this.isTraining) this.weights.pass?.updates?.set(this.join(name), value());
  }

  /** Whether a stage of a training applies the block and does not freeze it. */
  get isTraining(): boolean {
    const { pass } = this.weights;
    return pass !== undefined && !belongs(this.path, pass.frozen);
  }
  // #endregion

  private join(name: string): string {
    return this.path === '' ? name : `${this.path}.${name}`;
  }
}

/** Makes the start values of a weight. */
export type Initializer = (shape: readonly number[], generator: Random) => Float32Array;

interface FanOptions {
  readonly gain?: number;
  /** Inputs of one output, by default those of a filter [height, width, in, out]. */
  readonly fanIn?: number;
  readonly fanOut?: number;
}

function fill(shape: readonly number[], value: (index: number) => number): Float32Array {
  return Float32Array.from({ length: shape.reduce((a, b) => a * b, 1) }, (_, index) => value(index));
}

function fansOf(shape: readonly number[], { fanIn, fanOut }: FanOptions): { fanIn: number; fanOut: number } {
  const field = shape.slice(0, -2).reduce((a, b) => a * b, 1);
  const last = shape.at(-1) ?? 1;
  return { fanIn: fanIn ?? field * (shape.at(-2) ?? last), fanOut: fanOut ?? field * last };
}

export const zeros = (): Initializer => (shape) => fill(shape, () => 0);

export const ones = (): Initializer => (shape) => fill(shape, () => 1);

export const constant =
  (value: number): Initializer =>
  (shape) =>
    fill(shape, () => value);

/** N(0, deviation^2). */
export const normalDistribution =
  (deviation: number): Initializer =>
  (shape, generator) =>
    fill(shape, (index) => deviation * generator.normal(index));

/** N(0, deviation^2), drawn again where it lies beyond two deviations. */
export const truncatedNormal =
  (deviation: number): Initializer =>
  (shape, generator) => {
    const length = shape.reduce((a, b) => a * b, 1);
    return fill(shape, (index) => {
      let value = generator.normal(index);
      for (let draw = index + length; Math.abs(value) > 2; draw += length) value = generator.normal(draw);
      return deviation * value;
    });
  };

const absent: Initializer = () => {
  throw new Error('a weight that does not exist has no start values');
};

/** Says that a weight does not exist. */
export const none = (): Initializer => absent;

/** N(0, 2 gain^2 / fan-in) (He et al. 2015). */
export const heNormal =
  (options: FanOptions = {}): Initializer =>
  (shape, generator) => {
    const deviation = (options.gain ?? 1) * Math.sqrt(2 / fansOf(shape, options).fanIn);
    return fill(shape, (index) => deviation * generator.normal(index));
  };

/** Uniform within gain / sqrt(fan-in), what PyTorch's layers begin with. */
export const kaimingUniform =
  (options: FanOptions = {}): Initializer =>
  (shape, generator) => {
    const limit = (options.gain ?? 1) / Math.sqrt(fansOf(shape, options).fanIn);
    return fill(shape, (index) => limit * (2 * generator.uniform(index) - 1));
  };

/** Uniform within gain sqrt(6 / (fan-in + fan-out)) (Glorot and Bengio 2010). */
export const glorotUniform =
  (options: FanOptions = {}): Initializer =>
  (shape, generator) => {
    const { fanIn, fanOut } = fansOf(shape, options);
    const limit = (options.gain ?? 1) * Math.sqrt(6 / (fanIn + fanOut));
    return fill(shape, (index) => limit * (2 * generator.uniform(index) - 1));
  };
