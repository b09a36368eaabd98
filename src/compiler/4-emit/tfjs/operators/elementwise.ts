import { number } from '../../../ops/rules/attributes.js';
import type { NodeEmission, OperatorEmitter } from './emission.js';

export const activation =
  (name: string): OperatorEmitter =>
  (e) =>
    e.apply('Activation', [e.input(0)], { activation: name });

/** A function of tfjs-core, element by element with broadcasting, for which there is no layer. */
export const elementwise =
  (name: string): OperatorEmitter =>
  (e) =>
    e.apply('MfncElementwise', e.inputs, { function: name });

/** Maximum and Minimum; of tensors of different shapes, tfjs-core has no right gradient, and the custom layer takes care of that. */
export const extremum =
  (className: 'Maximum' | 'Minimum', name: string): OperatorEmitter =>
  (e) =>
    keepsShape(e, 0) && keepsShape(e, 1) ? e.apply(className, e.inputs) : elementwise(name)(e);

const rescaled = (e: NodeEmission, index: number, scale: number, offset = 0) => e.apply('Rescaling', [e.input(index)], { scale, offset });

export const neg: OperatorEmitter = (e) => rescaled(e, 0, -1);

export const square: OperatorEmitter = (e) => e.apply('Multiply', [e.input(0), e.input(0)]);

export const leakyRelu: OperatorEmitter = (e) => e.apply('LeakyReLU', [e.input(0)], { alpha: number(e.attributes, 'alpha') });

export const clip: OperatorEmitter = (e) =>
  e.apply('MfncClip', [e.input(0)], { minimum: number(e.attributes, 'minimum'), maximum: number(e.attributes, 'maximum') });

/** Numbers are added and multiplied by Rescaling, which computes x * scale + offset in float32. */
export const add: OperatorEmitter = (e) => {
  const [a, b] = [e.numberAt(0), e.numberAt(1)];
  if (b !== undefined && keepsShape(e, 0)) return rescaled(e, 0, 1, b);
  if (a !== undefined && keepsShape(e, 1)) return rescaled(e, 1, 1, a);
  return e.apply('Add', e.inputs);
};

/** a - b as a + (-1) b, which is the same in floating point: there is no layer Subtract. */
export const sub: OperatorEmitter = (e) => {
  const [a, b] = [e.numberAt(0), e.numberAt(1)];
  if (b !== undefined && keepsShape(e, 0)) return rescaled(e, 0, 1, -b);
  if (a !== undefined && keepsShape(e, 1)) return rescaled(e, 1, -1, a);
  return e.apply('Add', [e.input(0), rescaled(e, 1, -1)]);
};

export const mul: OperatorEmitter = (e) => {
  const [a, b] = [e.numberAt(0), e.numberAt(1)];
  if (b !== undefined && keepsShape(e, 0)) return rescaled(e, 0, b);
  if (a !== undefined && keepsShape(e, 1)) return rescaled(e, 1, a);
  return e.apply('Multiply', e.inputs);
};

const keepsShape = (e: NodeEmission, index: number): boolean => e.shape(index).join() === e.outputShape.join();
