import { didYouMean } from '../../compiler/diagnostics/did-you-mean.js';
import { evaluateShape } from '../../compiler/ir/dimension.js';
import type { Definition, IR, Port } from '../../compiler/ir/ir.js';
import type { HostTensor } from '../engines/engine.js';
import { inputFailure } from '../files/index.js';
import { fromImageLayout, type ImageLayout, splitTensorName } from './layout.js';

/** A tensor of a file that belongs to a port of the model. */
export interface NamedTensor {
  /** Name in the file. */
  readonly name: string;
  readonly port: string;
  readonly layout: ImageLayout;
  /** NHWC. */
  readonly tensor: HostTensor;
}

/** What a file of tensors is to a model. */
export interface AssignedTensors {
  /** One for each input, in the order of the model. */
  readonly inputs: readonly NamedTensor[];
  /** Tensors that are named as outputs: what these should be. */
  readonly expected: readonly NamedTensor[];
  /** Whether the file says `input` for the model's only input. */
  readonly plainNames: boolean;
}

/** The names by which the only input and the only output go as well. */
const plainName = { inputs: 'input', outputs: 'output' } as const;

/**
 * Finds out which tensor of a file is which port of the model: by its name, whose end `_nchw` or `_nhwc` says its layout.
 * @param path names the file in messages. @param layout that of tensors whose names state none.
 * @throws RuntimeFailure that names every tensor that is unknown, missing, given twice or of the wrong shape.
 */
export function assignTensors(path: string, tensors: ReadonlyMap<string, HostTensor>, ir: IR, layout: ImageLayout): AssignedTensors {
  const definition = ir.definitions.find(({ id }) => id === ir.model.definition) as Definition;
  const problems: string[] = [];
  const portOf = (role: 'inputs' | 'outputs', name: string): Port | undefined => {
    const ports = definition[role];
    return ports.find((port) => port.name === name) ?? (name === plainName[role] && ports.length === 1 ? ports[0] : undefined);
  };
  const inputs: NamedTensor[] = [];
  const expected: NamedTensor[] = [];
  let plainNames = false;
  for (const [name, tensor] of tensors) {
    const { port: text, layout: stated } = splitTensorName(name);
    const input = portOf('inputs', text) ?? portOf('inputs', name);
    const output = input === undefined ? (portOf('outputs', text) ?? portOf('outputs', name)) : undefined;
    const port = input ?? output;
    if (port === undefined) {
      problems.push(`${name} is no input of ${ir.model.name}${suggestion(text, definition)}`);
      continue;
    }
    if (input !== undefined && input.name !== text) plainNames = true;
    const list = input === undefined ? expected : inputs;
    const other = list.find((each) => each.port === port.name);
    const named = { name, port: port.name, layout: stated ?? layout, tensor: fromImageLayout(tensor, stated ?? layout) };
    if (other !== undefined) problems.push(`${other.name} and ${name} are both ${port.name}`);
    else list.push(named);
  }
  for (const { name, shape } of definition.inputs) {
    if (!inputs.some(({ port }) => port === name)) problems.push(`the input ${name} [${shape.join(', ')}] is missing`);
  }
  if (problems.length === 0) problems.push(...shapeProblems(inputs, definition));
  if (problems.length > 0) {
    const ports = definition.inputs.map(({ name, shape }) => `${name} [${shape.join(', ')}]`).join(', ');
    throw inputFailure(
      [`${path}: does not hold the inputs of ${ir.model.name}, which are ${ports}:`, ...problems.map((text) => `  ${text}.`)].join('\n'),
    );
  }
  const inOrder = definition.inputs.map((port) => inputs.find((each) => each.port === port.name) as NamedTensor);
  return { inputs: inOrder, expected, plainNames };
}

function suggestion(name: string, { inputs, outputs }: Definition): string {
  const [nearest] = didYouMean(
    name,
    [...inputs, ...outputs].map((port) => port.name),
  );
  return nearest === undefined ? '' : `; did you mean ${nearest}?`;
}

/** Shapes that are no batch of images with the port's channels, or of other sizes than the first input. */
function shapeProblems(inputs: readonly NamedTensor[], definition: Definition): string[] {
  const [first] = inputs;
  return inputs.flatMap(({ name, port, layout, tensor }) => {
    const wanted = definition.inputs.find((each) => each.name === port)?.shape ?? [];
    const [B = 0, H = 0, W = 0] = first?.tensor.shape ?? [];
    const channels = Number(wanted[3]);
    const inFile = layout === 'nchw' ? [0, 3, 1, 2].map((axis) => tensor.shape[axis]) : tensor.shape;
    const shown = tensor.shape.length === 4 ? `[${inFile.join(', ')}] (${layout.toUpperCase()})` : `[${tensor.shape.join(', ')}]`;
    if (tensor.shape.length !== 4)
      return [
        `${name} is ${shown}; wanted are four axes, ${layout === 'nchw' ? '[batch, channels, height, width]' : '[batch, height, width, channels]'}`,
      ];
    if (tensor.shape[3] !== channels) {
      const other = layout === 'nchw' ? 'nhwc' : 'nchw';
      const fits = (layout === 'nchw' ? tensor.shape[2] : tensor.shape[1]) === channels;
      const hint = fits
        ? `; if it is ${other.toUpperCase()}, name it ${splitTensorName(name).port}_${other} or give --layout ${other}`
        : '';
      return [`${name} is ${shown}, with ${tensor.shape[3]} channels; ${port} has ${channels}${hint}`];
    }
    if (tensor.shape.some((extent) => extent === 0)) return [`${name} is ${shown}: it is empty`];
    if (first === undefined || evaluateShape(wanted, { B, H, W }).every((extent, i) => extent === tensor.shape[i])) return [];
    return [`${name} is ${shown}; batch, height and width are those of ${first.name}, ${B}, ${H} and ${W}`];
  });
}
