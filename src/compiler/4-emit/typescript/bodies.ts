import type {
  AssignStatement,
  Expression,
  ForStatement,
  LetStatement,
  StageStatement,
  Statement,
  StatisticStatement,
  UpdateStatement,
  WeightStatement,
} from '../../1-parse/ast.js';
import { familiesOf } from '../../2-analyze/elaborate/body.js';
import { blockOf } from './calls.js';
import { type Code, type Context, comment, constant, finalText, nested, render, untranslatable } from './context.js';
import { familyKey, translate } from './expressions.js';
import { valueName } from './identifiers.js';
import { InstancePaths, type PathPart } from './paths.js';
import { localFamilies, namesIn } from './source-tree.js';
import { asTensor, asTyped } from './tensors.js';
import { isTensorLike, number, rankOf, type Type, tensor, typeText, unknown } from './types.js';

/** What the statements of one body share. */
export interface Body {
  readonly statements: readonly (Statement | StageStatement)[];
  /** Ports that the body gives, with the types that their declarations say. */
  readonly outputs: ReadonlyMap<string, Type>;
  /** Names that something reads; other values are left out. */
  readonly read: ReadonlySet<string>;
  readonly localFamilies: ReadonlySet<string>;
  /** Families that have been declared. */
  readonly declared: Set<string>;
  /** Takes the value of a name, instead of a constant; undefined where it is an ordinary one. */
  readonly place?: (name: string, code: Code) => string | undefined;
}

export function bodyOf(statements: readonly (Statement | StageStatement)[], outputs: Body['outputs'], context: Context): Body {
  const textOf = (expression: Expression): string => context.translation.sourceText(expression.span);
  return {
    statements,
    outputs,
    read: namesIn(statements),
    localFamilies: localFamilies(statements, textOf),
    declared: new Set(),
  };
}

/** Writes statements in their order. `isTop` at the outermost level of the body, where families are declared. */
export function translateStatements(statements: readonly (Statement | StageStatement)[], body: Body, context: Context, isTop = true): void {
  for (const statement of statements) {
    if (isTop) declareFamilies(statement, body, context);
    switch (statement.kind) {
      case 'let':
        translateLet(statement, body, context);
        break;
      case 'weight':
      case 'statistic':
        translateWeight(statement, body, context);
        break;
      case 'update':
        translateUpdate(statement, context);
        break;
      case 'assign':
        translateAssign(statement, body, context, isTop);
        break;
      case 'for':
        translateFor(statement, body, context);
        break;
      default:
        break;
    }
  }
}

/** Remembers the type of a value for the next round. */
export const memberId = (context: Context, name: string): string => `${context.owner}#${name}`;

function declareFamilies(statement: Statement | StageStatement, body: Body, context: Context): void {
  for (const name of familiesOf([statement])) {
    if (body.localFamilies.has(name) || body.declared.has(name)) continue;
    body.declared.add(name);
    const element = context.translation.signature(memberId(context, name)).output;
    if (context.names.own(name)?.kind === 'family') continue;
    const text = context.names.identifiers.take(valueName(name));
    context.names.define(name, { kind: 'family', name, text, element, isLocal: false });
    context.lines.push(`const ${text} = new ${context.file.use('lists', 'Family')}<${typeText(element)}>();`);
  }
}

function translateLet(statement: LetStatement, body: Body, context: Context): void {
  if (!body.read.has(statement.name.text)) return;
  const code = translate(statement.value, context);
  defineConstant(statement.name.text, code, statement.documentation, context);
}

/** `const name = ...`, left out again where nothing uses it. */
export function defineConstant(name: string, code: Code, documentation: string | undefined, context: Context): void {
  const text = context.names.identifiers.take(valueName(name));
  const binding = context.names.value(name, text, code.type);
  context.lines.push(() => (binding.isUsed ? [...comment(documentation), constant(text, code)].join('\n') : ''));
}

function translateWeight(statement: WeightStatement | StatisticStatement, body: Body, context: Context): void {
  const name = statement.name.text;
  const type = tensor(statement.dimensions.length);
  const shape = statement.dimensions.map((dimension) => translate(dimension, context).text).join(', ');
  const made = (generic: string): string =>
    `${context.scope?.text}.${statement.kind}${generic}(${JSON.stringify(name)}, [${shape}], ${translate(statement.initializer, context).text})`;
  if (context.scope) context.scope.isUsed = true;
  context.lines.push(...comment(statement.documentation));
  if (!body.read.has(name)) {
    context.lines.push(`${made('')};`);
    return;
  }
  const text = context.names.identifiers.take(valueName(name));
  context.names.value(name, text, type);
  context.lines.push(`const ${text} = ${made(`<${typeText(type)}>`)};`);
}

/** `scope.update('mean', () => ...)`, which computes the value only where it is kept. */
function translateUpdate({ target, value, documentation }: UpdateStatement, context: Context): void {
  if (context.scope) context.scope.isUsed = true;
  const inner = nested(context);
  const { text } = asTensor(translate(value, inner), inner);
  const lines = render(inner.lines);
  const body = lines.trim() === '' ? text : `{\n${lines}\nreturn ${text};\n}`;
  context.lines.push(...comment(documentation), `${context.scope?.text}.update(${JSON.stringify(target.text)}, () => ${body});`);
}

export function translateFor(statement: ForStatement, body: Body, context: Context): void {
  const inner = nested(context);
  const { over, variable } = statement;
  const name = inner.names.identifiers.take(valueName(variable.text));
  let head: string;
  if (over.kind === 'range') {
    inner.names.value(variable.text, name, number);
    const [from, to] = [translate(over.from, context).text, translate(over.to, context).text];
    head = `let ${name} = ${from}; ${name} ${over.exclusive ? '<' : '<='} ${to}; ${name}++`;
  } else {
    const list = translate(over, context);
    inner.names.value(variable.text, name, list.type.kind === 'list' ? list.type.element : unknown);
    head = `const ${name} of ${list.text}`;
  }
  translateStatements(statement.body, body, inner, false);
  context.lines.push(...comment(statement.documentation), () => {
    const lines = render(inner.lines);
    return lines.trim() === '' ? '' : `for (${head}) {\n${lines}\n}`;
  });
}

/** The value of an assignment, with the paths of the instances that it makes. */
function assignedValue(statement: AssignStatement, body: Body, context: Context): Code {
  const { target, indices, value } = statement;
  const isOutput = indices.length === 0 && body.outputs.has(target.text);
  const texts = indices.map((index) => {
    const { text } = translate(index, context);
    return /^\d+$/.test(text) ? text : `\${${text}}`;
  });
  const path: PathPart[] = [indices.length > 0 ? `${target.text}[${texts.join(',')}]` : target.text];
  const blockNamed = (callee: Expression): string | undefined => {
    const item = blockOf(callee, context)?.item;
    return item?.kind === 'block' ? item.name.text : undefined;
  };
  const paths = new InstancePaths(path, isOutput, value, blockNamed);
  const code = translate(value, { ...context, paths });
  const isOfTensors = code.type.kind === 'list' && isTensorLike(code.type);
  return isOutput && (isOfTensors || code.type.kind !== 'tensor') ? asTensor(code, context) : code;
}

function translateAssign(statement: AssignStatement, body: Body, context: Context, isTop: boolean): void {
  const { target, indices, documentation } = statement;
  const name = target.text;
  const isOutput = indices.length === 0 && body.outputs.has(name);
  if (!isOutput && !body.read.has(name) && !body.place) return;
  if (isOutput && !isTop)
    untranslatable(
      context,
      statement.target.span,
      `the output \`${name}\` that gets its value in a loop`,
      'give it its value behind the loop',
    );
  const mark = context.lines.length;
  const isConstant = !body.place && (indices.length === 0 || body.localFamilies.has(name));
  const endsInRepeat = statement.value.kind === 'pipe' && statement.value.stage.kind === 'repeat';
  const chainName = isConstant && endsInRepeat ? { wanted: valueName(name), taken: '' } : undefined;
  const code = assignedValue(statement, body, { ...context, chainName });
  // The comment stands before the statements that the value needs.
  context.lines.splice(mark, 0, ...comment(documentation));
  context.translation.recordOutput(memberId(context, name), code.type);
  const placed = body.place?.(name, code);
  if (placed !== undefined) {
    context.lines.push(placed);
  } else if (isConstant) {
    const isChain = chainName !== undefined && chainName.taken === code.text;
    const text = isChain ? code.text : context.names.identifiers.take(valueName(name));
    if (indices.length === 0) context.names.value(name, text, code.type);
    else context.names.define(name, { kind: 'family', name, text, element: code.type, isLocal: true });
    if (!isChain) context.lines.push(constant(text, code));
  } else {
    const family = context.names.lookup(name);
    if (family?.kind === 'family') context.lines.push(`${family.text}.set(${familyKey(indices, context)}, ${finalText(code)});`);
  }
}

/** A value as the type of its port, which may say more than is known of the value. */
const asDeclared = (value: Code, declared: Type | undefined): string => {
  const isKnown = declared?.kind !== 'tensor' || value.type.kind !== 'tensor' || rankOf(value.type) === declared.rank;
  return isKnown ? value.text : asTyped(value, declared);
};

/** The statement that gives a body's outputs: their values, as one or as an object. The value of a last assignment is returned as it is. */
export function translateOutputs(body: Body, context: Context): { readonly text: string; readonly type: Type } {
  const names = [...body.outputs.keys()];
  const values = names.map((name) => {
    const binding = context.names.lookup(name);
    return binding?.kind === 'value' ? binding : { text: 'undefined', type: unknown };
  });
  const types = values.map(({ type }, i) => {
    const declared = body.outputs.get(names[i] ?? '') ?? unknown;
    return declared.kind === 'tensor' && declared.rank === undefined ? type : declared;
  });
  const [value] = values;
  if (names.length === 1 && value) {
    const last = context.lines.at(-1);
    const start = new RegExp(`^const ${value.text.replaceAll('$', '\\$')}(?:: [\\w.]+)? = `);
    if (typeof last === 'string' && start.test(last) && !(value as { isUsed?: boolean }).isUsed) {
      context.lines.pop();
      const expression = last.replace(start, '').replace(/;$/, '');
      return { text: `return ${asDeclared({ ...value, text: `(${expression})` }, types[0])};`, type: types[0] ?? unknown };
    }
    return { text: `return ${asDeclared(value, types[0])};`, type: types[0] ?? unknown };
  }
  const members = names.map((name, i) => `${valueName(name)}: ${asDeclared(values[i] ?? { text: 'undefined', type: unknown }, types[i])}`);
  const type: Type = { kind: 'outputs', members: Object.fromEntries(names.map((name, i) => [valueName(name), types[i] ?? unknown])) };
  return { text: `return { ${members.map((member) => member.replace(/^(\w+): \1$/, '$1')).join(', ')} };`, type };
}
