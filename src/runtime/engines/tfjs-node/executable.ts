import { type EmittedSavedModel, outputKey } from '../../../compiler/4-emit/savedmodel/index.js';
import type { Program, ProgramInput } from '../../../compiler/ir/program.js';
import { EngineFailure, type Executable, type HostTensor, type RunOutcome } from '../engine.js';
import type { SessionHandle, TensorFlowBinding, TensorHandle } from './binding.js';

/** A tensor to be fetched at the end of a run. */
interface Fetch {
  readonly role: 'result' | 'parameter' | 'state';
  readonly name: string;
  readonly tensor: string;
}

/** A list of fetches with their names joined, as the binding takes them. */
interface FetchPlan {
  readonly fetches: readonly Fetch[];
  readonly names: string;
}

/** A SavedModel loaded into TensorFlow, with the parameters and states that it reads and replaces. */
export class TensorFlowExecutable implements Executable {
  /** Inputs of the graph: those of the Program without the parameters that are constants. */
  private readonly inputs: readonly ProgramInput[];
  private readonly inputNames: string;
  /** Tensors of parameters and states by name of the input; they stay with TensorFlow between runs. */
  private readonly held = new Map<string, TensorHandle>();
  private readonly shapes: ReadonlyMap<string, readonly number[]>;
  private readonly kept: readonly Fetch[];
  private readonly results: ReadonlyMap<string, Fetch>;
  private readonly plans = new Map<string, FetchPlan>();
  private disposed = false;

  constructor(
    readonly program: Program,
    private readonly engine: string,
    private readonly binding: TensorFlowBinding,
    private readonly session: SessionHandle,
    emitted: EmittedSavedModel,
  ) {
    this.inputs = program.inputs.filter(({ name }) => emitted.inputs.has(name));
    this.inputNames = this.inputs.map(({ name }) => emitted.inputs.get(name)?.tensor ?? '').join();
    this.shapes = new Map(this.inputs.map(({ name, tensor }) => [name, program.tensors[tensor]?.shape ?? []]));
    const fetches = program.outputs.map(({ role, name }) => ({
      role,
      name,
      tensor: emitted.outputs.get(outputKey(role, name))?.tensor ?? '',
    }));
    this.kept = fetches.filter(({ role }) => role !== 'result');
    this.results = new Map(fetches.filter(({ role }) => role === 'result').map((fetch) => [fetch.name, fetch]));
  }

  async run(
    feeds: ReadonlyMap<string, HostTensor>,
    fetch?: readonly string[],
    accept?: (outcome: RunOutcome) => Promise<void>,
  ): Promise<Map<string, HostTensor>> {
    this.checkAlive();
    const plan = this.plan(fetch ?? [...this.results.keys()]);
    const temporary: TensorHandle[] = [];
    try {
      const inputs = this.inputs.map(({ name, role }) => {
        if (role === 'parameter' || role === 'state') return this.held.get(name) ?? this.missing(role, name);
        const tensor = this.create(name, feeds.get(name) ?? this.missing(role, name));
        temporary.push(tensor);
        return tensor;
      });
      return await this.collect(plan, this.execute(inputs, plan), accept);
    } finally {
      for (const tensor of temporary) this.binding.deleteTensor(tensor);
    }
  }

  write(role: 'parameter' | 'state', values: ReadonlyMap<string, HostTensor>): void {
    this.checkAlive();
    for (const [name, { shape, values: elements }] of values) {
      if (!this.inputs.some((input) => input.role === role && input.name === name)) {
        throw new EngineFailure(`${this.program.name} takes no ${role} ${name}.`);
      }
      // A copy: TensorFlow may go on using the memory that it is given, and the caller may go on writing to it.
      this.hold(name, this.create(name, { shape, values: elements.slice() }));
    }
  }

  async read(role: 'parameter' | 'state'): Promise<Map<string, HostTensor>> {
    this.checkAlive();
    const values = new Map<string, HostTensor>();
    for (const input of this.inputs) {
      const tensor = input.role === role ? this.held.get(input.name) : undefined;
      if (tensor !== undefined)
        values.set(input.name, { shape: this.shapes.get(input.name) ?? [], values: this.binding.tensorDataSync(tensor) });
    }
    return values;
  }

  async dispose(): Promise<void> {
    if (this.disposed) return;
    this.disposed = true;
    for (const tensor of this.held.values()) this.binding.deleteTensor(tensor);
    this.held.clear();
    this.binding.deleteSavedModel(this.session);
  }

  private plan(names: readonly string[]): FetchPlan {
    const key = names.join();
    const known = this.plans.get(key);
    if (known) return known;
    const wanted = names.map((name) => this.results.get(name) ?? this.unknownResult(name));
    const fetches = [...wanted, ...this.kept];
    const plan = { fetches, names: fetches.map(({ tensor }) => tensor).join() };
    this.plans.set(key, plan);
    return plan;
  }

  private execute(inputs: readonly TensorHandle[], plan: FetchPlan): TensorHandle[] {
    try {
      return this.binding.runSavedModel(this.session, inputs, this.inputNames, plan.names).map(({ id }) => id);
    } catch (error) {
      const [reason = ''] = (error instanceof Error ? error.message : String(error)).split('\n');
      throw new EngineFailure(`${this.engine} failed while running ${this.program.name}: ${reason}`, { cause: error });
    }
  }

  /** Reads the results and frees them; keeps the new parameters and states in place of the old ones, unless they are not accepted. */
  private async collect(
    { fetches }: FetchPlan,
    tensors: readonly TensorHandle[],
    accept?: (outcome: RunOutcome) => Promise<void>,
  ): Promise<Map<string, HostTensor>> {
    const fetched = fetches.flatMap((fetch, i): [Fetch, TensorHandle][] => {
      const tensor = tensors[i];
      return tensor === undefined ? [] : [[fetch, tensor]];
    });
    const pending = new Set(fetched.map(([, tensor]) => tensor));
    const read = (role: Fetch['role']) =>
      new Map(fetched.flatMap(([fetch, tensor]) => (fetch.role === role ? [[fetch.name, this.fetchedValue(fetch, tensor)]] : [])));
    try {
      const results = read('result');
      await accept?.({ results, next: async (role) => read(role) });
      for (const [{ role, name }, tensor] of fetched) {
        if (role === 'result') continue;
        this.hold(name, tensor);
        pending.delete(tensor);
      }
      return results;
    } finally {
      for (const tensor of pending) this.binding.deleteTensor(tensor);
    }
  }

  private fetchedValue({ role, name }: Fetch, tensor: TensorHandle): HostTensor {
    const output = this.program.outputs.find((candidate) => candidate.role === role && candidate.name === name);
    const shape = output ? (this.program.tensors[output.tensor]?.shape ?? []) : [];
    return { shape, values: this.binding.tensorDataSync(tensor) };
  }

  private hold(name: string, tensor: TensorHandle): void {
    const former = this.held.get(name);
    if (former !== undefined) this.binding.deleteTensor(former);
    this.held.set(name, tensor);
  }

  private create(name: string, { shape, values }: HostTensor): TensorHandle {
    const expected = this.shapes.get(name) ?? [];
    if (shape.join() !== expected.join()) {
      throw new EngineFailure(`${this.program.name} takes ${name} of shape [${expected.join(', ')}], it was given [${shape.join(', ')}].`);
    }
    const elements = expected.reduce((product, size) => product * size, 1);
    if (values.length !== elements) {
      throw new EngineFailure(`${name} of shape [${expected.join(', ')}] has ${elements} values, it was given ${values.length}.`);
    }
    return this.binding.createTensor(expected, this.binding.TF_FLOAT, values);
  }

  private checkAlive(): void {
    if (this.disposed) throw new EngineFailure(`${this.program.name} was disposed of and cannot be used any more.`);
  }

  private missing(role: string, name: string): never {
    throw new EngineFailure(`${this.program.name} needs the ${role} ${name}, which was not given.`);
  }

  private unknownResult(name: string): never {
    throw new EngineFailure(`${this.program.name} has no result ${name}; it has ${[...this.results.keys()].join(', ')}.`);
  }
}
