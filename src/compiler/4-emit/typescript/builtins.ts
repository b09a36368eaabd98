import type { Span } from '../../diagnostics/index.js';
import type { GivenArgument } from './calls.js';
import type { Code, Context } from './context.js';
import { camelInitializer, initializerOptions } from './initializers.js';
import { methodCall } from './methods.js';
import { asTensor } from './tensors.js';
import { boolean, isTensorLike, listOf, number, unknown } from './types.js';

const numeric = new Set(['floor', 'ceil', 'sqrt', 'exp', 'log', 'abs']);

/** A function that the compiler itself evaluates in a source: JavaScript's own. */
export function callBuiltin(name: string, given: readonly GivenArgument[], context: Context, span: Span): Code {
  const [argument] = given;
  const code: Code = argument?.code ?? { text: '', type: unknown };
  if (numeric.has(name)) {
    if (!isTensorLike(code.type) && code.type.kind !== 'list') return { text: `Math.${name}(${code.text})`, type: number };
    const value = asTensor(code, context);
    return methodCall(value, name, '', value.type);
  }
  switch (name) {
    case 'length':
      return { text: `${code.text}.length`, type: number };
    case 'total':
      return { text: `${context.file.use('lists', 'total')}(${code.text})`, type: number };
    case 'shape':
      return { text: `${code.text}.shape`, type: listOf(number) };
    case 'is_training': {
      if (context.scope) context.scope.isUsed = true;
      else context.translation.fail(span, '`is_training()` in a function', 'ask in the block and give the function a `bool`');
      return { text: `${context.scope?.text}.isTraining`, type: boolean };
    }
    case 'min':
    case 'max': {
      const values = code.type.kind === 'list' ? `...${code.text}` : given.map(({ code: value }) => value.text).join(', ');
      return { text: `Math.${name}(${values})`, type: number };
    }
    default:
      return { text: `${context.file.use('weights', camelInitializer(name))}(${initializerOptions(name, given)})`, type: unknown };
  }
}
