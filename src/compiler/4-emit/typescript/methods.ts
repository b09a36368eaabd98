import type { Code } from './context.js';
import type { Type } from './types.js';

/** Methods of tensors whose result has, for TypeScript, the type of the tensor; that of the others is taken from where they stand. */
const keepingType = new Set([
  'abs',
  'erf',
  'exp',
  'log',
  'neg',
  'reverse',
  'rsqrt',
  'sigmoid',
  'sign',
  'softplus',
  'sqrt',
  'square',
  'tanh',
]);

/** `x.relu()`, `x.add(y)`: a call of a method of a tensor. */
export function methodCall(x: Code, name: string, argumentsText: string, type: Type): Code {
  const text = `${x.text}.${name}(${argumentsText})`;
  if (!keepingType.has(name)) return { text, type, isLoose: true, typed: (wanted) => `${x.text}.${name}<${wanted}>(${argumentsText})` };
  if (!x.isLoose) return { text, type };
  return {
    text,
    type,
    isLoose: true,
    needsType: true,
    typed: (wanted) => `${x.typed?.(wanted) ?? `(${x.text} as ${wanted})`}.${name}(${argumentsText})`,
  };
}
