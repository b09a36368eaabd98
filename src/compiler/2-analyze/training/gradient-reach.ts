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
    return { inputs, instances, weights: instances.size > 0 || definition.weights.some((weight) => reached.has(weight.value)) };
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
}
