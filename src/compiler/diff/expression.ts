/** An expression as it is printed; `text` is a name, a number or a list of numbers. */
export type Expression =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'infix'; readonly operator: string; readonly operands: readonly [Expression, Expression] }
  | { readonly kind: 'negation'; readonly operands: readonly [Expression] }
  | { readonly kind: 'list'; readonly operands: readonly Expression[] }
  | {
      readonly kind: 'application';
      readonly name: string;
      readonly operands: readonly Expression[];
      /** 'epsilon: 0.001' */
      readonly attributes: readonly string[];
    };

export const text = (content: string): Expression => ({ kind: 'text', text: content });

const precedences: Readonly<Record<string, number>> = { '==': 1, '>': 1, '>=': 1, '+': 2, '-': 2, '*': 3, '/': 3, '^': 5 };
const negationPrecedence = 4;

/** The expression as source text. */
export const printExpression = (expression: Expression, around = 0): string => {
  switch (expression.kind) {
    case 'text':
      return expression.text.startsWith('-') && around > 0 ? `(${expression.text})` : expression.text;
    case 'negation':
      return parenthesised(`-${printExpression(expression.operands[0], negationPrecedence)}`, negationPrecedence, around);
    case 'infix': {
      const precedence = precedences[expression.operator] ?? 0;
      const [left, right] = expression.operands;
      const power = expression.operator === '^';
      const inner = [printExpression(left, precedence + (power ? 1 : 0)), printExpression(right, precedence + (power ? 0 : 1))];
      return parenthesised(inner.join(` ${expression.operator} `), precedence, around);
    }
    case 'list':
      return `[${expression.operands.map((operand) => printExpression(operand)).join(', ')}]`;
    case 'application':
      return `${expression.name}(${[...expression.operands.map((operand) => printExpression(operand)), ...expression.attributes].join(', ')})`;
  }
};

const parenthesised = (content: string, precedence: number, around: number): string => (precedence < around ? `(${content})` : content);

/** Texts longer than this are cut down to the part that differs. */
const longestText = 110;

/** Both expressions as text; of long ones that differ in one place only, no more than that place. */
export const printDifference = (a: Expression, b: Expression): readonly [string, string] => {
  let [left, right] = [a, b];
  while (printExpression(left).length > longestText || printExpression(right).length > longestText) {
    const inner = onlyDifference(left, right);
    if (!inner) break;
    [left, right] = inner;
  }
  const cut = (whole: Expression, part: Expression): string => (whole === part ? printExpression(part) : `… ${printExpression(part)} …`);
  return [cut(a, left), cut(b, right)];
};

const onlyDifference = (a: Expression, b: Expression): readonly [Expression, Expression] | undefined => {
  if (a.kind === 'text' || b.kind === 'text' || headOf(a) !== headOf(b)) return undefined;
  const pairs = a.operands.flatMap((operand, i): [Expression, Expression][] => {
    const other = b.operands[i];
    return other && printExpression(operand) !== printExpression(other) ? [[operand, other]] : [];
  });
  return pairs.length === 1 ? pairs[0] : undefined;
};

/** All of an expression but its operands. */
const headOf = (expression: Exclude<Expression, { kind: 'text' }>): string => {
  const own = expression.kind === 'infix' ? expression.operator : expression.kind === 'application' ? expression.name : '';
  const attributes = expression.kind === 'application' ? expression.attributes.join() : '';
  return `${expression.kind} ${own} ${expression.operands.length} ${attributes}`;
};
