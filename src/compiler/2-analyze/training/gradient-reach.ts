import type { Definition, OpNode } from '../../ir/ir.js';
import { isOpName, opDefinition } from '../../ops/index.js';

/** What the gradient of one value of a definition reaches. */
export interface GradientReach {
  /** Positions of the definition's inputs. */
  readonly inputs: ReadonlySet<number>;
  /** Names of the instances some of whose weights are reached. */
  readonly instances: ReadonlySet<string>;
  /** Whether some weight is reached, of the definition itself or of an instance within. */
  readonly weights: boolean;
}

/** Operators whose result does not change, or only jumps, when their operands change a little. */
const flatOperators = new Set(['stop_gradient', 'sign', 'greater', 'greater_equal', 'equal']);

const passesGradient = (op: string): boolean => isOpName(op) && !flatOperators.has(op) && opDefinition(op).gradient !== undefined;

/** The inputs that a gradient passes to: all but the condition of a `select`. */
const smoothInputs = ({ op, inputs }: OpNode): readonly string[] => (op === 'select' ? inputs.slice(1) : inputs);

/** Follows gradients backwards through definitions; what it finds for an output of a definition is kept for its other applications. */
export class GradientTracer {
  private readonly byId: ReadonlyMap<string, Definition>;
  private readonly known = new Map<string, GradientReach>();

  constructor(definitions: readonly Definition[]) {
    this.byId = new Map(definitions.map((definition) => [definition.id, definition]));
  }

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
    const reached = new Set([value]);
    const instances = new Set<string>();
    for (const node of definition.nodes.toReversed()) {
      if (node.kind === 'op') {
        if (reached.has(node.output.value) && passesGradient(node.op)) for (const input of smoothInputs(node)) reached.add(input);
      } else if (node.kind === 'call') {
        const callee = this.byId.get(node.definition);
        for (const [i, output] of node.outputs.entries()) {
          const port = callee?.outputs[i];
          if (!callee || !port || !reached.has(output.value)) continue;
          const inner = this.trace(callee, port.value);
          if (inner.weights) instances.add(node.instance);
          for (const [position, input] of node.inputs.entries()) if (inner.inputs.has(position)) reached.add(input);
        }
      }
    }
    const inputs = new Set(definition.inputs.flatMap((port, i) => (reached.has(port.value) ? [i] : [])));
    return { inputs, instances, weights: instances.size > 0 || definition.weights.some((weight) => reached.has(weight.value)) };
  }
}
