import type { CallNode, Definition, OpNode } from '../../ir/ir.js';
import { isOpName, opDefinition } from '../../ops/index.js';
import type { Definitions } from '../elaborate/definitions.js';

/** What the gradient of one value of a definition reaches. */
export interface GradientReach {
  /** Positions of the definition's inputs. */
  readonly inputs: ReadonlySet<number>;
  /** Names of the instances some of whose weights are reached. */
  readonly instances: ReadonlySet<string>;
  /** Whether some weight is reached, of the definition itself or of an instance within. */
  readonly weights: boolean;
  /** Ids of the definition's values, the first one included. */
  readonly values: ReadonlySet<string>;
}

/** Weights that a gradient does not reach. */
export interface Unreached {
  readonly count: number;
  /** Path of the first of them, from the instance that was asked for; '' where there is none. */
  readonly first: string;
}

/** One application of an instance: its definition, and the values of those of its outputs that the gradient comes in by. */
interface Application {
  readonly definition: Definition;
  readonly outputs: readonly string[];
}

interface Producer {
  readonly node: OpNode | CallNode;
  readonly output: number;
}

/** Operators whose result does not change, or only jumps, when their operands change a little. */
const flatOperators = new Set(['stop_gradient', 'sign', 'greater', 'greater_equal', 'equal']);

const passesGradient = (op: string): boolean => isOpName(op) && !flatOperators.has(op) && opDefinition(op).gradient !== undefined;

/** The inputs that a gradient passes to: all but the condition of a `select`. */
const smoothInputs = ({ op, inputs }: OpNode): readonly string[] => (op === 'select' ? inputs.slice(1) : inputs);

/** Follows gradients backwards through definitions; what it finds for an output of a definition is kept for its other applications. */
export class GradientTracer {
  private readonly known = new Map<string, GradientReach>();
  private readonly producers = new Map<Definition, ReadonlyMap<string, Producer>>();
  private readonly knownUnreached = new Map<string, Unreached>();
  private readonly calls = new Map<Definition, ReadonlyMap<string, readonly CallNode[]>>();

  constructor(private readonly definitions: Definitions) {}

  /** What the gradient of the value with this id reaches within the definition. */
  trace(definition: Definition, value: string): GradientReach {
    const key = `${definition.id}|${value}`;
    const known = this.known.get(key);
    if (known) return known;
    const reach = this.follow(definition, value);
    this.known.set(key, reach);
    return reach;
  }

  /** The weights of an instance that the gradient of a value reaches in none of its applications. */
  unreachedWeights(definition: Definition, value: string, instance: string): Unreached {
    return this.unreachedOf(this.applicationsOf(definition, this.trace(definition, value).values, instance));
  }

  private applicationsOf(definition: Definition, reached: ReadonlySet<string>, instance: string): Application[] {
    return (this.callsOf(definition).get(instance) ?? []).flatMap((call): Application[] => {
      const callee = this.definitions.get(call.definition);
      if (!callee) return [];
      const outputs = callee.outputs.flatMap((port, i) => (reached.has(call.outputs[i]?.value ?? '') ? [port.value] : []));
      return [{ definition: callee, outputs }];
    });
  }

  private unreachedOf(applications: readonly Application[]): Unreached {
    const parts = applications.map(({ definition, outputs }) => `${definition.id}|${outputs.join('|')}`);
    const key = [...new Set(parts)].sort().join('||');
    const known = this.knownUnreached.get(key);
    if (known) return known;
    const [first] = applications;
    const reached = applications.map(
      ({ definition, outputs }) => [definition, new Set(outputs.flatMap((output) => [...this.trace(definition, output).values]))] as const,
    );
    const own = (first?.definition.weights ?? []).filter(
      ({ name, statistic }) =>
        !statistic &&
        !reached.some(([definition, values]) => definition.weights.some((weight) => weight.name === name && values.has(weight.value))),
    );
    const inner = (first?.definition.instances ?? []).map(({ name }) => {
      const unreached = this.unreachedOf(reached.flatMap(([definition, values]) => this.applicationsOf(definition, values, name)));
      return { count: unreached.count, first: `${name}.${unreached.first}` };
    });
    const all = [...own.map(({ name }) => ({ count: 1, first: name })), ...inner].filter(({ count }) => count > 0);
    const unreached = { count: all.reduce((sum, { count }) => sum + count, 0), first: all[0]?.first ?? '' };
    this.knownUnreached.set(key, unreached);
    return unreached;
  }

  private follow(definition: Definition, value: string): GradientReach {
    const producers = this.producersOf(definition);
    const reached = new Set([value]);
    const instances = new Set<string>();
    // A set goes through what is added to it meanwhile.
    for (const id of reached) {
      const { node, output } = producers.get(id) ?? {};
      if (node?.kind === 'op') {
        if (passesGradient(node.op)) for (const input of smoothInputs(node)) reached.add(input);
      } else if (node) {
        const callee = this.definitions.get(node.definition);
        const port = callee?.outputs[output ?? 0];
        if (!callee || !port) continue;
        const inner = this.trace(callee, port.value);
        if (inner.weights) instances.add(node.instance);
        for (const [position, input] of node.inputs.entries()) if (inner.inputs.has(position)) reached.add(input);
      }
    }
    const inputs = new Set(definition.inputs.flatMap((port, i) => (reached.has(port.value) ? [i] : [])));
    const weights = instances.size > 0 || definition.weights.some((weight) => !weight.statistic && reached.has(weight.value));
    return { inputs, instances, weights, values: reached };
  }

  /** The node that each value of a definition comes from, and which of its outputs it is. */
  private producersOf(definition: Definition): ReadonlyMap<string, Producer> {
    const known = this.producers.get(definition);
    if (known) return known;
    const producers = new Map<string, Producer>();
    for (const node of definition.nodes) {
      if (node.kind === 'op') producers.set(node.output.value, { node, output: 0 });
      else if (node.kind === 'call') for (const [output, { value }] of node.outputs.entries()) producers.set(value, { node, output });
    }
    this.producers.set(definition, producers);
    return producers;
  }

  /** The applications of each instance of a definition. */
  private callsOf(definition: Definition): ReadonlyMap<string, readonly CallNode[]> {
    const known = this.calls.get(definition);
    if (known) return known;
    const calls = new Map<string, CallNode[]>();
    for (const node of definition.nodes) {
      if (node.kind !== 'call') continue;
      const others = calls.get(node.instance);
      if (others) others.push(node);
      else calls.set(node.instance, [node]);
    }
    this.calls.set(definition, calls);
    return calls;
  }
}
