import { onnxOutputName } from '../../../compiler/4-emit/onnx/index.js';
import type { Program, ProgramInput, ProgramOutput } from '../../../compiler/ir/program.js';
import { EngineFailure, type Executable, type HostTensor, type RunOutcome } from '../engine.js';
import type { OnnxRuntime } from './library.js';

/** A Program in an onnxruntime session. Parameters and states are tensors that a run replaces by the ones it returns. */
export class OnnxExecutable implements Executable {
  private session: OnnxRuntime.InferenceSession | undefined;
  /** Parameters and states, by name of the input. */
  private readonly held = new Map<string, OnnxRuntime.Tensor>();
  private readonly heldInputs: readonly ProgramInput[];

  constructor(
    readonly program: Program,
    private readonly runtime: typeof OnnxRuntime,
    session: OnnxRuntime.InferenceSession,
    /** Parameters that are constants of the graph. */
    private readonly constants: ReadonlySet<string>,
  ) {
    this.session = session;
    this.heldInputs = program.inputs.filter(({ name, role }) => role === 'state' || (role === 'parameter' && !constants.has(name)));
  }

  async run(
    feeds: ReadonlyMap<string, HostTensor>,
    fetch?: readonly string[],
    accept?: (outcome: RunOutcome) => Promise<void>,
  ): Promise<Map<string, HostTensor>> {
    const session = this.liveSession();
    const inputs = this.collectInputs(feeds);
    const results = this.resultsToFetch(fetch);
    const replacements = this.program.outputs.filter(({ role }) => role !== 'result');
    const names = [...results, ...replacements].map((output) => onnxOutputName(this.program, output));
    let outputs: OnnxRuntime.InferenceSession.ReturnType;
    try {
      outputs = await session.run(inputs, names);
    } catch (error) {
      throw new EngineFailure(`onnxruntime failed in '${this.program.name}': ${error instanceof Error ? error.message : String(error)}`);
    }
    const tensorOf = (output: ProgramOutput): OnnxRuntime.Tensor => outputOf(outputs, onnxOutputName(this.program, output));
    const read = (of: readonly ProgramOutput[]) => new Map(of.map((output) => [output.name, hostTensor(tensorOf(output))]));
    const values = read(results);
    await accept?.({ results: values, next: async (role) => read(replacements.filter((output) => output.role === role)) });
    for (const output of replacements) this.held.set(output.name, tensorOf(output));
    return values;
  }

  write(role: 'parameter' | 'state', values: ReadonlyMap<string, HostTensor>): void {
    this.liveSession();
    for (const [name, tensor] of values) {
      if (role === 'parameter' && this.constants.has(name)) {
        throw new EngineFailure(`the parameter '${name}' was compiled into '${this.program.name}' as a constant and cannot be replaced`);
      }
      const input = this.heldInputs.find((candidate) => candidate.role === role && candidate.name === name);
      if (input === undefined) throw new EngineFailure(`'${this.program.name}' has no ${role} named '${name}'`);
      this.held.set(name, this.ortTensor(input, { shape: tensor.shape, values: tensor.values.slice() }));
    }
  }

  async read(role: 'parameter' | 'state'): Promise<Map<string, HostTensor>> {
    this.liveSession();
    const values = new Map<string, HostTensor>();
    for (const input of this.heldInputs) {
      const tensor = input.role === role ? this.held.get(input.name) : undefined;
      if (tensor === undefined) continue;
      const { shape, values: data } = hostTensor(tensor);
      values.set(input.name, { shape, values: data.slice() });
    }
    return values;
  }

  async dispose(): Promise<void> {
    const session = this.session;
    this.session = undefined;
    this.held.clear();
    await session?.release();
  }

  private liveSession(): OnnxRuntime.InferenceSession {
    if (this.session === undefined) throw new EngineFailure(`'${this.program.name}' was disposed and cannot be used any more`);
    return this.session;
  }

  private collectInputs(feeds: ReadonlyMap<string, HostTensor>): Record<string, OnnxRuntime.Tensor> {
    const inputs: Record<string, OnnxRuntime.Tensor> = {};
    for (const input of this.program.inputs) {
      const { name, role } = input;
      if (role === 'parameter' && this.constants.has(name)) continue;
      if (role === 'parameter' || role === 'state') {
        const tensor = this.held.get(name);
        if (tensor === undefined)
          throw new EngineFailure(`the ${role} '${name}' of '${this.program.name}' has no value: write it before the first run`);
        inputs[name] = tensor;
      } else {
        const tensor = feeds.get(name);
        if (tensor === undefined) throw new EngineFailure(`'${this.program.name}' needs a value for its input '${name}'`);
        inputs[name] = this.ortTensor(input, tensor);
      }
    }
    return inputs;
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

  /** Wraps values without copying them. */
  private ortTensor(input: ProgramInput, tensor: HostTensor): OnnxRuntime.Tensor {
    const expected = this.program.tensors[input.tensor]?.shape ?? [];
    const matches = tensor.shape.length === expected.length && tensor.shape.every((size, axis) => size === expected[axis]);
    if (!matches) {
      throw new EngineFailure(
        `the ${input.role} '${input.name}' of '${this.program.name}' has shape [${expected.join(', ')}], found [${tensor.shape.join(', ')}]`,
      );
    }
    return new this.runtime.Tensor('float32', tensor.values, expected);
  }
}

function outputOf(outputs: OnnxRuntime.InferenceSession.ReturnType, name: string): OnnxRuntime.Tensor {
  const value = outputs[name];
  if (value === undefined) throw new EngineFailure(`onnxruntime returned no value for '${name}'`);
  return value;
}

function hostTensor(tensor: OnnxRuntime.Tensor): HostTensor {
  return { shape: tensor.dims, values: tensor.data as Float32Array };
}
