import type { Span } from '../../src/compiler/diagnostics/diagnostic.js';
import type { Dimension, Shape } from '../../src/compiler/ir/dimension.js';
import type { Definition, Initializer, Instance, IR, Node, Port, Weight } from '../../src/compiler/ir/ir.js';
import { type Attributes, inferShape, isProblem, type OpName, opDefinition, shapesAtAllSizes } from '../../src/compiler/ops/index.js';

const span: Span = { file: 'hand.mfn', start: 0, end: 1 };

const glorot: Initializer = { kind: 'glorot_uniform', fanIn: 27, fanOut: 36 };

export interface HandDefinition {
  input(name: string, shape: Shape): string;
  weight(name: string, shape: readonly number[], initializer?: Initializer): string;
  op(name: OpName, inputs: readonly string[], attributes?: Attributes): string;
  constant(values: readonly number[], shape?: readonly number[]): string;
  /** Applies an instance; it is declared at its first use. */
  call(instance: string, callee: Definition, ...inputs: readonly string[]): string;
  output(name: string, value: string): void;
}

/** Writes a definition of an IR by hand; shapes are inferred. */
export const definition = (id: string, write: (d: HandDefinition) => void): Definition => {
  const inputs: Port[] = [];
  const outputs: Port[] = [];
  const weights: Weight[] = [];
  const instances: Instance[] = [];
  const nodes: Node[] = [];
  const shapes = new Map<string, Shape>();
  const shapeOf = (value: string): Shape => shapes.get(value) ?? [];
  const fresh = (shape: Shape): string => {
    const value = `v${shapes.size}`;
    shapes.set(value, shape);
    return value;
  };
  write({
    input: (name, shape) => {
      const value = fresh(shape);
      inputs.push({ name, value, shape });
      return value;
    },
    weight: (name, shape, initializer = glorot) => {
      const value = fresh(shape);
      weights.push({ name, value, shape, initializer, span });
      return value;
    },
    op: (op, operands, attributes = {}) => {
      const call = inferShape(opDefinition(op), operands.map(shapeOf), attributes, shapesAtAllSizes);
      if (isProblem(call)) throw new Error(`${id}: ${op}: ${call.problem}`);
      const value = fresh(call.shape);
      nodes.push({ kind: 'op', op, inputs: operands, attributes: call.attributes, output: { value, shape: call.shape }, span });
      return value;
    },
    constant: (values, shape = []) => {
      const value = fresh(shape);
      nodes.push({ kind: 'constant', values, output: { value, shape }, span });
      return value;
    },
    call: (instance, callee, ...operands) => {
      if (!instances.some(({ name }) => name === instance)) instances.push({ name: instance, definition: callee.id, span });
      const results = callee.outputs.map(({ shape }) => ({ value: fresh(shape), shape }));
      nodes.push({ kind: 'call', instance, definition: callee.id, inputs: operands, outputs: results, span });
      return results[0]?.value ?? '';
    },
    output: (name, value) => {
      outputs.push({ name, value, shape: shapeOf(value) });
    },
  });
  return { id, block: id.split('#')[0] ?? id, span, parameters: {}, inputs, outputs, weights, instances, nodes };
};

const image = (channels: Dimension): Shape => ['B', 'H', 'W', channels];

const conv = (id: string, from: number, to: number): Definition =>
  definition(id, (d) => {
    const x = d.input('x', image(from));
    const kernel = d.weight('kernel', [3, 3, from, to]);
    const bias = d.weight('bias', [to], { kind: 'zeros', fanIn: 9 * from, fanOut: 9 * to });
    d.output('y', d.op('tanh', [d.op('add', [d.op('conv2d', [x, kernel]), bias])]));
  });

/**
 * A little network with everything that lowering deals with: `enhanced = low - net(low)` with two convolutions; a stage `first` in which the net
 * and a critic are trained against each other, with a stop and a logged term; a stage `second` that trains the net alone.
 */
export const littleNetwork = (): IR => {
  const conv1 = conv('conv#1', 3, 4);
  const conv2 = conv('conv#2', 4, 3);
  const net = definition('Net', (d) => {
    const x = d.input('x', image(3));
    d.output('y', d.call('conv2', conv2, d.call('conv1', conv1, x)));
  });
  const critic = definition('Critic', (d) => {
    const x = d.input('x', image(3));
    const mean = d.op('reduce_mean', [x], { axes: [1, 2] });
    const score = d.op('matmul', [mean, d.weight('kernel', [3, 1])]);
    d.output('y', d.op('add', [score, d.weight('bias', [1])]));
  });
  const model = definition('Little', (d) => {
    const low = d.input('low', image(3));
    d.output('enhanced', d.op('sub', [low, d.call('net', net, low)]));
  });
  const meanOf = (d: HandDefinition, x: string): string => d.op('reduce_mean', [x]);
  const first = definition('Little.first', (d) => {
    const low = d.input('low', image(3));
    const normal = d.input('normal', image(3));
    const enhanced = d.op('sub', [low, d.call('net', net, low)]);
    const mse = meanOf(d, d.op('square', [d.op('sub', [enhanced, normal])]));
    const fooled = meanOf(d, d.op('softplus', [d.op('neg', [d.call('critic', critic, enhanced)])]));
    d.output('L_net', d.op('add', [mse, d.op('mul', [fooled, d.constant([0.1])])]));
    const real = meanOf(d, d.op('softplus', [d.op('neg', [d.call('critic', critic, normal)])]));
    const fake = meanOf(d, d.op('softplus', [d.call('critic', critic, d.op('stop_gradient', [enhanced]))]));
    d.output('L_critic', d.op('add', [real, fake]));
    d.output('mse', mse);
  });
  const second = definition('Little.second', (d) => {
    const low = d.input('low', image(3));
    const normal = d.input('normal', image(3));
    const difference = d.op('sub', [d.op('sub', [low, d.call('net', net, low)]), normal]);
    d.output('L', meanOf(d, d.op('abs', [difference])));
  });
  const adam = { kind: 'adam', rate: 0.01, beta1: 0.9, beta2: 0.999, epsilon: 1e-8 } as const;
  const slower = { ...adam, rate: { operator: '*', operands: [0.02, { operator: '^', operands: [0.5, { variable: 'step' }] }] } } as const;
  return {
    ir: 1,
    language: 1,
    source: 'hand.mfn',
    definitions: [conv1, conv2, net, critic, model, first, second],
    model: { name: 'Little', definition: 'Little', parameters: {}, constraints: [{ symbol: 'H', divisor: 2, because: [] }] },
    training: {
      streams: [{ kind: 'pair', names: ['low', 'normal'] }],
      patch: [6, 5],
      batch: 2,
      augmentations: ['flip'],
      settings: {},
      stages: [
        {
          name: 'first',
          duration: { epochs: 1 },
          definition: 'Little.first',
          frozen: [],
          minimizers: [
            { loss: 'L_net', over: ['net'], optimizer: adam, span },
            { loss: 'L_critic', over: ['critic'], optimizer: slower, span },
          ],
          logged: ['mse'],
          span,
        },
        {
          name: 'second',
          duration: { steps: 10 },
          definition: 'Little.second',
          frozen: [],
          minimizers: [{ loss: 'L', over: ['net.conv2'], optimizer: adam, span }],
          logged: [],
          span,
        },
      ],
    },
  };
};
