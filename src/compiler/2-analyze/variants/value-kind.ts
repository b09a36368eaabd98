import type { Expression } from '../../1-parse/ast.js';

/** What kind of value an expression has, as far as it shows by itself; undefined for names, calls and what is made of them. */
type ValueKind = 'a number' | 'true or false' | 'a string' | 'a list';

function kindOf(expression: Expression): ValueKind | undefined {
  switch (expression.kind) {
    case 'number':
      return 'a number';
    case 'boolean':
      return 'true or false';
    case 'string':
      return 'a string';
    case 'list':
    case 'range':
      return 'a list';
    case 'unary':
      return expression.operator === 'not' ? 'true or false' : kindOf(expression.operand);
    case 'binary':
      return ['+', '-', '*', '/', '%', '^'].includes(expression.operator)
        ? (kindOf(expression.left) ?? kindOf(expression.right))
        : 'true or false';
    case 'if':
      return kindOf(expression.then) ?? kindOf(expression.else);
    default:
      return undefined;
  }
}

/** How two values differ in kind; undefined where they do not, or where it does not show. */
export function differenceOfKinds(
  present: Expression,
  given: Expression,
): { readonly expected: string; readonly found: string } | undefined {
  const [expected, found] = [kindOf(present), kindOf(given)];
  if (expected === undefined || found === undefined || expected === found) return undefined;
  return { expected, found: given.kind === 'boolean' ? String(given.value) : found };
}
