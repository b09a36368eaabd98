import type { BinaryOperator, Expression, ListElement } from '../../1-parse/ast.js';
import { arithmetic } from './arithmetic.js';
import { translateCall } from './calls.js';
import { type Code, type Context, finalText, nested, render, untranslatable } from './context.js';
import { valueName } from './identifiers.js';
import { methodCall } from './methods.js';
import { translatePipe } from './pipes.js';
import { asTensor, asTyped } from './tensors.js';
import { boolean, isTensorLike, join, listOf, number, string, typeText, unknown } from './types.js';

/** TypeScript for an expression. */
export function translate(expression: Expression, context: Context): Code {
  switch (expression.kind) {
    case 'number':
      return { text: context.translation.sourceText(expression.span) || String(expression.value), type: number };
    case 'string':
      return { text: JSON.stringify(expression.value), type: string };
    case 'boolean':
      return { text: String(expression.value), type: boolean };
    case 'name':
      return translateName(expression, context);
    case 'index':
      return translateIndex(expression, context);
    case 'member':
      return translateMember(expression, context);
    case 'call':
      return translateCall(expression, context);
    case 'list':
      return translateList(expression.elements, context);
    case 'range':
      return translateRange(expression, context);
    case 'unary': {
      const operand = translate(expression.operand, context);
      if (expression.operator === 'not') return { text: `!(${operand.text})`, type: boolean };
      if (!isTensorLike(operand.type)) return { text: `(-(${operand.text}))`, type: number };
      const value = asTensor(operand, context);
      return methodCall(value, 'neg', '', value.type);
    }
    case 'binary':
      return translateBinary(expression.operator, expression, context);
    case 'if':
      return translateIf(expression, context);
    case 'pipe':
      return translatePipe(expression, context);
    case 'error':
      return { text: 'undefined', type: unknown };
  }
}

function translateName(expression: Expression & { kind: 'name' }, context: Context): Code {
  const { text: name, span } = expression.name;
  const binding = context.names.lookup(name);
  switch (binding?.kind) {
    case 'value':
      binding.isUsed = true;
      return binding;
    case 'declared': {
      const { declared } = binding;
      if (declared.item.kind === 'let') {
        return { text: context.translation.use(declared, context.file), type: context.translation.signature(declared.id).output };
      }
      return untranslatable(context, span, `\`${name}\`, which is no value,`);
    }
    case 'family':
      return untranslatable(context, span, `the family \`${name}\` as a whole`, 'name its members: `[for i in 1..n: f[i]]`');
    default:
      return untranslatable(context, span, `\`${name}\` as a value`);
  }
}

function translateIndex(expression: Expression & { kind: 'index' }, context: Context): Code {
  const { target } = expression;
  const binding = target.kind === 'name' ? context.names.lookup(target.name.text) : undefined;
  if (binding?.kind === 'family') {
    if (binding.isLocal) return { text: binding.text, type: binding.element };
    return { text: `${binding.text}.get(${familyKey(expression.indices, context)})`, type: binding.element };
  }
  const list = translate(target, context);
  const [index] = expression.indices;
  if (!index) return untranslatable(context, expression.span, 'an index of nothing');
  const element = list.type.kind === 'list' ? list.type.element : unknown;
  return { text: `${context.file.use('lists', 'item')}(${list.text}, ${translate(index, context).text})`, type: element };
}

/** `i` or `[j, i]`. */
export function familyKey(indices: readonly Expression[], context: Context): string {
  const texts = indices.map((index) => translate(index, context).text);
  return texts.length === 1 ? (texts[0] as string) : `[${texts.join(', ')}]`;
}

function translateMember(expression: Expression & { kind: 'member' }, context: Context): Code {
  const { target, name } = expression;
  const value = translate(target, context);
  const type = value.type.kind === 'outputs' ? (value.type.members[valueName(name.text)] ?? unknown) : unknown;
  return { text: `${value.text}.${valueName(name.text)}`, type };
}

function translateRange(expression: Expression & { kind: 'range' }, context: Context): Code {
  const to = translate(expression.to, context).text;
  const last = expression.exclusive ? `${to} - 1` : to;
  return { text: `${context.file.use('lists', 'range')}(${translate(expression.from, context).text}, ${last})`, type: listOf(number) };
}

/** A list; where one of its elements is a tensor, all of them are. */
function translateList(elements: readonly ListElement[], context: Context): Code {
  const codes = elements.map((element) => translateElement(element, context));
  const type = codes.reduce((joined, code) => join(joined, code.type), unknown);
  const [only] = codes;
  const isOfTensors = type.kind === 'tensor';
  const texts = codes.map(({ isSpread, text, value, wrap }) => {
    if (isSpread) return text(isOfTensors);
    return wrap(isOfTensors ? { ...value, text: asTyped(asTensor(value, context)) } : value);
  });
  if (codes.length === 1 && only?.isSpread) return { text: texts[0] as string, type: listOf(type) };
  return {
    text: `[${texts.map((text, i) => (codes[i]?.isSpread ? `...${text}` : text)).join(', ')}]`,
    type: listOf(type),
    isLoose: isOfTensors,
  };
}

interface ElementCode {
  readonly type: Code['type'];
  readonly isSpread: boolean;
  readonly value: Code;
  readonly text: (asTensors: boolean) => string;
  readonly wrap: (value: Code) => string;
}

function translateElement(element: ListElement, context: Context): ElementCode {
  if (element.kind === 'element') {
    const value = translate(element.value, context);
    return { type: value.type, isSpread: false, value, text: () => value.text, wrap: ({ text }) => text };
  }
  const over = translate(element.over, context);
  const inner = nested(context);
  const name = inner.names.identifiers.take(valueName(element.variable.text));
  const variable = inner.names.value(element.variable.text, name, over.type.kind === 'list' ? over.type.element : unknown);
  let index: string | undefined;
  const body = translateElement(element.body, {
    ...inner,
    comprehension: {
      index: () => {
        index ??= inner.names.identifiers.take('index');
        return index;
      },
      count: `${over.text}.length`,
    },
  });
  const text = (asTensors: boolean): string => {
    const result = body.isSpread ? body.text(asTensors) : asTensors ? asTyped(asTensor(body.value, inner)) : body.value.text;
    const parameters = index === undefined ? (variable.isUsed ? name : '') : `${name}, ${index}`;
    const lines = render(inner.lines);
    const family = /^(\w+(?:\.\w+)?)\.get\((\w+)\)$/.exec(result);
    if (family?.[2] === name && lines === '') return `${family[1]}.list(${over.text})`;
    const arrow =
      lines === ''
        ? `(${parameters}) => ${result.startsWith('{') ? `(${result})` : result}`
        : `(${parameters}) => {\n${lines}\nreturn ${result};\n}`;
    return `${over.text}.${body.isSpread ? 'flatMap' : 'map'}(${arrow})`;
  };
  return { type: body.type, isSpread: true, value: body.value, text, wrap: body.wrap };
}

const logical: Partial<Record<BinaryOperator, string>> = { and: '&&', or: '||' };

function translateBinary(operator: BinaryOperator, { left, right }: Expression & { kind: 'binary' }, context: Context): Code {
  const [a, b] = [translate(left, context), translate(right, context)];
  const word = logical[operator];
  return word === undefined ? arithmetic(operator, a, b, context) : { text: `(${a.text} ${word} ${b.text})`, type: boolean };
}

/** `?:`, or where a branch needs statements an `if`. */
function translateIf(expression: Expression & { kind: 'if' }, context: Context): Code {
  const condition = translate(expression.condition, context).text;
  // A parameter that no call gives has become its default.
  if (condition === 'true') return translate(expression.then, context);
  if (condition === 'false') return translate(expression.else, context);
  const [first, second] = [nested(context), nested(context)];
  let a = translate(expression.then, first);
  let b = translate(expression.else, second);
  const type = join(a.type, b.type);
  if (type.kind === 'tensor') [a, b] = [asTensor(a, first, false), asTensor(b, second, false)];
  const isLoose = (a.isLoose ?? false) || (b.isLoose ?? false);
  if (first.lines.length + second.lines.length === 0) return { text: `(${condition} ? ${finalText(a)} : ${finalText(b)})`, type, isLoose };
  const name = context.names.identifiers.take('chosen');
  const branch = (lines: Context['lines'], code: Code): string => `{\n${render([...lines, `${name} = ${finalText(code)};`])}\n}`;
  context.lines.push(`let ${name}: ${typeText(type)};\nif (${condition}) ${branch(first.lines, a)} else ${branch(second.lines, b)}`);
  return { text: name, type };
}
