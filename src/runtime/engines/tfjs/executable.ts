import type { Program, ProgramInput, TensorId } from '../../../compiler/ir/program.js';
import { roundTo } from '../../../compiler/ir/rounding.js';
import { EngineFailure, type Executable, type HostTensor, type RunOutcome } from '../engine.js';
import type { RunningBackend } from './backend.js';
import type { Tfjs } from './library.js';
import { findLastUses } from './lifetimes.js';
import { type Instruction, planInstructions, splitConstantInstructions } from './plan.js';

type Tensor = Tfjs.Tensor;

/**
 * A Program interpreted with tfjs. What is run is planned before: convolutions with their bias and activation in one kernel, what depends on
 * constants alone computed once, every intermediate freed at its last use.
 */
export class TfjsExecutable implements Executable {
  /** Parameters and states, by tensor. */
  private readonly held = new Map<TensorId, Tensor>();
  private readonly constants = new Map<TensorId, Tensor>();
  /** Parameters that are constants. */
  private readonly compiledIn = new Set<TensorId>();
  /** Those that depend on constants alone. */
  private readonly constantInstructions: readonly Instruction[];
  private readonly instructions: readonly Instruction[];
  private readonly lastUses: readonly (readonly TensorId[])[];
  private disposed = false;

  /** @throws EngineFailure when what depends on constants alone cannot be computed. */
  static async create(
    program: Program,
    tf: typeof Tfjs,
    backend: RunningBackend,
    weights: ReadonlyMap<string, HostTensor>,
  ): Promise<TfjsExecutable> {
    const planned = planInstructions(program, backend.kernels, (name) => backend.hasKernel(name));
    const executable = new TfjsExecutable(program, tf, backend, weights, planned);
    await executable.computeConstants();
    return executable;
  }

  private constructor(
    readonly program: Program,
    private readonly tf: typeof Tfjs,
    private readonly backend: RunningBackend,
    weights: ReadonlyMap<string, HostTensor>,
    planned: readonly Instruction[],
  ) {
    for (const { tensor, values } of program.constants) this.keep(this.constants, tensor, values);
    for (const input of program.inputs) {
      const weight = input.role === 'parameter' ? weights.get(input.name) : undefined;
      if (weight === undefined) continue;
      this.compiledIn.add(input.tensor);
      this.keep(this.constants, input.tensor, this.checked(input, weight).values.slice());
    }
    const { once, always } = splitConstantInstructions(program, planned, new Set(this.constants.keys()));
    this.constantInstructions = once;
    this.instructions = always;
    this.lastUses = findLastUses(program, always);
  }

  async run(
    feeds: ReadonlyMap<string, HostTensor>,
    fetch?: readonly string[],
    accept?: (outcome: RunOutcome) => Promise<void>,
  ): Promise<Map<string, HostTensor>> {
    this.requireLive();
    const results = this.resultsToFetch(fetch);
    const fed = this.program.inputs.filter(({ role }) => role === 'data' || role === 'scalar');
    const hostValues = fed.map((input) => {
      const value = feeds.get(input.name);
      if (value === undefined) throw new EngineFailure(`'${this.program.name}' needs a value for its input '${input.name}'`);
      return this.checked(input, value);
    });
    this.requireHeld();

    const values = await this.perform(() => {
      const inputs = new Map(fed.map((input, i) => [input.tensor, this.upload(input.tensor, (hostValues[i] as HostTensor).values)]));
      return this.interpret(inputs);
    });
    try {
      const download = (outputs: Program['outputs']) =>
        this.download(outputs.map(({ name, tensor }) => [name, tensor, values.get(tensor) as Tensor]));
      const read = await download(results);
      await accept?.({ results: read, next: (role) => download(this.program.outputs.filter((output) => output.role === role)) });
      this.keepNextValues(values);
      return read;
    } finally {
      for (const value of values.values()) value.dispose();
    }
  }

  write(role: 'parameter' | 'state', values: ReadonlyMap<string, HostTensor>): void {
    this.requireLive();
    for (const [name, tensor] of values) {
      const input = this.program.inputs.find((candidate) => candidate.role === role && candidate.name === name);
      if (input === undefined) throw new EngineFailure(`'${this.program.name}' has no ${role} named '${name}'`);
      if (this.compiledIn.has(input.tensor)) {
        throw new EngineFailure(`the parameter '${name}' was compiled into '${this.program.name}' as a constant and cannot be replaced`);
      }
      const copy = this.checked(input, tensor).values.slice();
      this.keep(this.held, input.tensor, copy);
    }
  }

  async read(role: 'parameter' | 'state'): Promise<Map<string, HostTensor>> {
    this.requireLive();
    const inputs = this.program.inputs.filter((input) => input.role === role);
    return this.download(
      inputs.flatMap(({ name, tensor }) => {
        const value = this.held.get(tensor);
        return value === undefined ? [] : [[name, tensor, value] as const];
      }),
    );
  }

  async dispose(): Promise<void> {
    this.disposed = true;
    for (const tensor of [...this.held.values(), ...this.constants.values()]) tensor.dispose();
    this.held.clear();
    this.constants.clear();
  }

  /** Runs the instructions that depend on constants alone, and frees the constants that nothing needs any more. */
  private async computeConstants(): Promise<void> {
    if (this.constantInstructions.length > 0) {
      const lookUp = (tensor: TensorId): Tensor => this.constants.get(tensor) as Tensor;
      try {
        await this.perform(() => {
          for (const instruction of this.constantInstructions) this.constants.set(instruction.output, this.execute(instruction, lookUp));
          return new Map();
        });
      } catch (error) {
        await this.dispose();
        throw this.failure(error);
      }
    }
    const needed = new Set([...this.instructions.flatMap(({ inputs }) => inputs), ...this.program.outputs.map(({ tensor }) => tensor)]);
    for (const [tensor, value] of this.constants) {
      if (needed.has(tensor)) continue;
      value.dispose();
      this.constants.delete(tensor);
    }
  }

  /** Does work on the device. @throws EngineFailure also for an error that the device reports after the work has returned. */
  private async perform(work: () => Map<TensorId, Tensor>): Promise<Map<TensorId, Tensor>> {
    const { value: values, accepted } = this.backend.perform(work);
    try {
      await accepted;
      return values;
    } catch (error) {
      for (const value of values.values()) value.dispose();
      throw this.failure(error);
    }
  }

  /** Copies tensors to the host, all at once. */
  private async download(tensors: readonly (readonly [name: string, id: TensorId, value: Tensor])[]): Promise<Map<string, HostTensor>> {
    try {
      const { value: reads, accepted } = this.backend.perform(() => tensors.map(([, , value]) => value.data()));
      const [data] = await Promise.all([Promise.all(reads), accepted]);
      return new Map(
        tensors.map(([name, id], i) => [name, { shape: this.shapeOf(id), values: Float32Array.from(data[i] as Float32Array) }]),
      );
    } catch (error) {
      throw this.failure(await this.backend.failureOf(error));
    }
  }

  private execute({ node, inputs, output, kernel }: Instruction, lookUp: (tensor: TensorId) => Tensor): Tensor {
    const { tf } = this;
    const call = { tf, inputs: inputs.map(lookUp), attributes: node.attributes, outputShape: this.shapeOf(output) };
    return tf.tidy(() => this.rounded(output, kernel(call)));
  }

  /** Runs all instructions; gives the Program's outputs as tensors of their own. Frees everything else, also when a kernel fails. */
  private interpret(inputs: ReadonlyMap<TensorId, Tensor>): Map<TensorId, Tensor> {
    const { tf, program } = this;
    const values = new Map<TensorId, Tensor>();
    const lookUp = (tensor: TensorId): Tensor => {
      const value = values.get(tensor) ?? inputs.get(tensor) ?? this.held.get(tensor) ?? this.constants.get(tensor);
      if (value === undefined) throw new EngineFailure(`tensor ${tensor} of '${program.name}' has no value`);
      return value;
    };
    try {
      this.instructions.forEach((instruction, index) => {
        values.set(instruction.output, this.execute(instruction, lookUp));
        for (const tensor of this.lastUses[index] ?? []) {
          values.get(tensor)?.dispose();
          values.delete(tensor);
        }
      });
      for (const { tensor } of program.outputs) {
        if (!values.has(tensor)) values.set(tensor, tf.clone(lookUp(tensor)));
      }
      return values;
    } catch (error) {
      for (const value of values.values()) value.dispose();
      throw this.failure(error);
    } finally {
      for (const value of inputs.values()) value.dispose();
    }
  }

  /** Puts the next values of parameters and states into their places. */
  private keepNextValues(values: ReadonlyMap<TensorId, Tensor>): void {
    this.backend.within(() => {
      for (const { name, role, tensor } of this.program.outputs) {
        const input =
          role === 'result' ? undefined : this.program.inputs.find((candidate) => candidate.role === role && candidate.name === name);
        if (input === undefined) continue;
        this.held.get(input.tensor)?.dispose();
        this.held.set(input.tensor, (values.get(tensor) as Tensor).clone());
      }
    });
  }

  /** Holds values in place of those held so far. */
  private keep(place: Map<TensorId, Tensor>, tensor: TensorId, values: Float32Array): void {
    place.get(tensor)?.dispose();
    place.set(
      tensor,
      this.backend.within(() => this.upload(tensor, values)),
    );
  }

  /** The result of a kernel in the type that the Program gives it. */
  private rounded(tensor: TensorId, value: Tensor): Tensor {
    const type = this.program.tensors[tensor]?.type ?? 'float32';
    return type === 'float32' ? value : this.tf.tensor(roundTo(type, value.dataSync<'float32'>()), value.shape, 'float32');
  }

  private shapeOf(tensor: TensorId): readonly number[] {
    return this.program.tensors[tensor]?.shape ?? [];
  }

  private upload(tensor: TensorId, values: Float32Array): Tensor {
    return this.tf.tensor(values, [...this.shapeOf(tensor)], 'float32');
  }

  private checked(input: ProgramInput, tensor: HostTensor): HostTensor {
    const expected = this.shapeOf(input.tensor);
    if (tensor.shape.length === expected.length && tensor.shape.every((size, axis) => size === expected[axis])) return tensor;
    throw new EngineFailure(
      `the ${input.role} '${input.name}' of '${this.program.name}' has shape [${expected.join(', ')}], found [${tensor.shape.join(', ')}]`,
    );
  }

  private resultsToFetch(fetch: readonly string[] | undefined): Program['outputs'] {
    const results = this.program.outputs.filter(({ role }) => role === 'result');
    if (fetch === undefined) return results;
    return fetch.map((name) => {
      const output = results.find((candidate) => candidate.name === name);
      if (output === undefined) throw new EngineFailure(`'${this.program.name}' has no result named '${name}'`);
      return output;
    });
  }

  private failure(error: unknown): EngineFailure {
    if (error instanceof EngineFailure && error.message.startsWith(`${this.backend.engine} `)) return error;
    const message = error instanceof Error ? error.message : String(error);
    return new EngineFailure(`${this.backend.engine} failed in '${this.program.name}': ${message}`, { cause: error });
  }

  private requireLive(): void {
    if (this.disposed) throw new EngineFailure(`'${this.program.name}' was disposed and cannot be used any more`);
  }

  private requireHeld(): void {
    for (const { name, role, tensor } of this.program.inputs) {
      if ((role === 'parameter' || role === 'state') && !this.held.has(tensor) && !this.compiledIn.has(tensor)) {
        throw new EngineFailure(`the ${role} '${name}' of '${this.program.name}' has no value: write it before the first run`);
      }
    }
  }
}
