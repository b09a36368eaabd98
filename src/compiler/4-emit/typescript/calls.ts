import type { BlockDeclaration, Expression, FunctionDeclaration, Name, Parameter, TypeExpression } from '../../1-parse/ast.js';
import { preludePath } from '../../2-analyze/modules/modules.js';
import { type SourceOpName, sourceOpDefinition } from '../../ops/index.js';
import { callBuiltin } from './builtins.js';
import { type Code, type Context, finalText, untranslatable } from './context.js';
import { translate } from './expressions.js';
import { valueName } from './identifiers.js';
import { type Declared, Names } from './names.js';
import { operatorTranslators } from './operators.js';
import type { PathPart } from './paths.js';
import { asTensor } from './tensors.js';
import { boolean, listOf, number, string, type Type, tensor, typeText, unknown } from './types.js';

/** An argument with its translation. */
export interface GivenArgument {
  readonly name?: Name;
  readonly code: Code;
}

/** `conv(64, 3)`, `relu(x)`, `deg(low)` */
export function translateCall(call: Expression & { kind: 'call' }, context: Context): Code {
  const block = blockOf(call.callee, context);
  if (block) return instanceOf(call, block, context);
  const { callee } = call;
  const made = callee.kind === 'call' ? blockOf(callee.callee, context) : undefined;
  const binding = callee.kind === 'name' ? context.names.lookup(callee.name.text) : undefined;
  const isStop = binding?.kind === 'operator' && binding.name === 'stop_gradient';
  const given = argumentsOf(call, isStop ? { ...context, isGradientStopped: true } : context);
  if (made && callee.kind === 'call') return applyFresh(callee, made, given, context);
  return callValue(callee, given, context);
}

export const argumentsOf = (call: Expression & { kind: 'call' }, context: Context): GivenArgument[] =>
  call.arguments.map(({ name, value }) => ({ ...(name ? { name } : {}), code: translate(value, context) }));

/** The block that an expression names. */
export function blockOf(callee: Expression, context: Context): Declared | undefined {
  const binding = callee.kind === 'name' ? context.names.lookup(callee.name.text) : undefined;
  return binding?.kind === 'declared' && binding.declared.item.kind === 'block' ? binding.declared : undefined;
}

/** Calls a function, an operator, a compile-time function or an instance. */
export function callValue(callee: Expression, given: readonly GivenArgument[], context: Context): Code {
  if (callee.kind === 'member' && callee.target.kind === 'name') {
    const owner = context.names.lookup(callee.target.name.text);
    if (owner?.kind === 'declared' && owner.declared.item.kind === 'namespace') {
      const member = owner.declared.item.functions.find((candidate) => candidate.name.text === callee.name.text);
      const id = `${owner.declared.id}.${callee.name.text}`;
      const name = `${context.translation.use(owner.declared, context.file)}.${valueName(callee.name.text)}`;
      context.translation.recordInput(id, '', unknown);
      if (member) return callFunction(member, id, name, given, context);
    }
  }
  const binding = callee.kind === 'name' ? context.names.lookup(callee.name.text) : undefined;
  if (binding?.kind === 'operator') return callOperator(binding.name, given, context);
  if (binding?.kind === 'builtin') return callBuiltin(binding.name, given, context, callee.span);
  if (binding?.kind === 'declared' && binding.declared.item.kind === 'function') {
    const { declared } = binding;
    const { item } = binding.declared;
    if (declared.module.path === preludePath && isThin(item)) return inline(item, declared, given, context);
    return callFunction(item, declared.id, context.translation.use(declared, context.file), given, context);
  }
  const instance = translate(callee, context);
  const output = instance.type.kind === 'instance' ? instance.type.output : unknown;
  return { text: `${instance.text}(${given.map(({ code }) => finalText(asTensor(code, context))).join(', ')})`, type: output };
}

/** Whether a function of the prelude is no more than one operator with another name. */
const isThin = ({ body, result }: FunctionDeclaration): boolean =>
  body.length === 0 &&
  result.kind === 'call' &&
  result.callee.kind === 'name' &&
  result.callee.name.text !== 'exp' &&
  result.callee.name.text !== 'sqrt';

function inline(item: FunctionDeclaration, declared: Declared, given: readonly GivenArgument[], context: Context): Code {
  const names = new Names(context.names.identifiers, declared.names);
  const bound = bind(item.parameters, given);
  for (const parameter of item.parameters) {
    const name = parameter.name.text;
    const code = bound.get(name) ?? (parameter.default ? translate(parameter.default, { ...context, names }) : undefined);
    if (code) names.define(name, { kind: 'value', isUsed: true, ...code });
  }
  return translate(item.result, { ...context, names });
}

/** Arguments by the name of their parameter. */
export function bind(
  parameters: readonly { readonly name: { readonly text: string } }[],
  given: readonly GivenArgument[],
): Map<string, Code> {
  const bound = new Map<string, Code>();
  let position = 0;
  for (const { name, code } of given) {
    const parameter = name?.text ?? parameters[position]?.name.text;
    if (!name) position += 1;
    if (parameter !== undefined) bound.set(parameter, code);
  }
  return bound;
}

function callFunction(item: FunctionDeclaration, id: string, name: string, given: readonly GivenArgument[], context: Context): Code {
  const { translation } = context;
  const bound = bind(item.parameters, given);
  const positional: string[] = [];
  const options: string[] = [];
  for (const parameter of item.parameters) {
    const code = bound.get(parameter.name.text);
    if (!code) continue;
    const value = toParameter(parameter, code, id, context);
    if (parameter.default) options.push(property(valueName(parameter.name.text), value));
    else positional.push(value);
  }
  if (options.length > 0) positional.push(`{ ${options.join(', ')} }`);
  return { text: `${name}(${positional.join(', ')})`, type: translation.signature(id).output };
}

/** An argument as its parameter wants it; notes its type for the parameter. */
function toParameter(parameter: Parameter, code: Code, id: string, context: Context): string {
  const { translation } = context;
  const name = parameter.name.text;
  const declared = declaredType(parameter.type);
  const value = declared.kind === 'tensor' ? asTensor(code, context) : code;
  translation.recordInput(id, name, declared.kind === 'tensor' && declared.rank !== undefined ? declared : value.type);
  const type = parameterType(parameter.type, translation.signature(id).inputs[name]);
  return narrowed(value, type);
}

/** A tensor of unknown rank where one of a known rank is wanted is said to be that. */
const narrowed = (code: Code, type: Type): string =>
  type.kind === 'tensor' && type.rank !== undefined && code.type.kind === 'tensor' && code.type.rank === undefined && !code.isLoose
    ? `(${code.text} as ${typeText(type)})`
    : finalText(code);

/** The type that a declaration gives; a `tensor` has no rank. */
export function declaredType(type: TypeExpression): Type {
  if (type.kind === 'list-type') return listOf(declaredType(type.element));
  if (type.kind === 'shape-type') return tensor(type.dimensions.length);
  switch (type.name.text) {
    case 'image':
      return tensor(4);
    case 'tensor':
      return tensor();
    case 'bool':
      return boolean;
    case 'string':
      return string;
    default:
      return number;
  }
}

/** The type of a parameter or port: what its declaration says, or for a `tensor` what the calls give. */
export function parameterType(type: TypeExpression, seen: Type | undefined): Type {
  const declared = declaredType(type);
  return declared.kind === 'tensor' && declared.rank === undefined && seen?.kind === 'tensor' ? seen : declared;
}

const property = (name: string, value: string): string => (name === value ? name : `${name}: ${value}`);

function callOperator(name: SourceOpName, given: readonly GivenArgument[], context: Context): Code {
  const { inputs, attributes, variadic } = sourceOpDefinition(name);
  const slots = [...(variadic ? [] : inputs), ...attributes.map((attribute) => attribute.name)].map((text) => ({ name: { text } }));
  const bound = bind(slots, variadic ? given.filter((argument) => argument.name) : given);
  const operands = variadic
    ? given.filter((argument) => !argument.name).map(({ code }) => code)
    : inputs.flatMap((input) => bound.get(input) ?? []);
  const given_ = new Map(
    attributes.flatMap((attribute) => {
      const code = bound.get(attribute.name);
      return code ? [[attribute.name, code] as const] : [];
    }),
  );
  return operatorTranslators[name]({ context, inputs: operands, attributes: given_ });
}

// ---- Blocks ------------------------------------------------------------------------------------------------------------

/** The types of a block's ports, from its declaration and what the round before found out. */
export function blockType(declared: Declared, context: Context): Type & { kind: 'instance' } {
  const { inputs, output } = context.translation.signature(declared.id);
  const ports = portsOf(declared.item as BlockDeclaration, 'in');
  return { kind: 'instance', inputs: ports.map((port) => parameterType(port.type, inputs[port.name.text])), output };
}

export const portsOf = (declaration: Pick<BlockDeclaration, 'body'>, direction: 'in' | 'out') =>
  declaration.body.flatMap((statement) => (statement.kind === 'port' && statement.direction === direction ? [statement] : []));

/** `conv(64, 3)` by itself: a function that applies the block in a scope of its own. */
function instanceOf(call: Expression & { kind: 'call' }, block: Declared, context: Context): Code {
  const type = blockType(block, context);
  const ports = portsOf(block.item as BlockDeclaration, 'in').map((port) => valueName(port.name.text));
  const parameters = ports.map((port, i) => `${port}: ${typeText(type.inputs[i] ?? tensor())}`);
  const applied = applied_(call, block, ports, context);
  return { text: `((${parameters.join(', ')}) => ${applied})`, type };
}

/** Applies a block that the call makes on the spot. */
export function applyFresh(call: Expression & { kind: 'call' }, block: Declared, given: readonly GivenArgument[], context: Context): Code {
  const ports = portsOf(block.item as BlockDeclaration, 'in');
  const bound = bind(ports, given);
  const { translation } = context;
  const type = blockType(block, context);
  const inputs = ports.map((port, i) => {
    const code = bound.get(port.name.text);
    if (!code) return 'undefined';
    const value = asTensor(code, context);
    translation.recordInput(block.id, port.name.text, value.type);
    return narrowed(value, type.inputs[i] ?? unknown);
  });
  return { text: applied_(call, block, inputs, context), type: type.output };
}

/** `rcab(scope.child('rcab'), x, { width })` */
function applied_(call: Expression & { kind: 'call' }, block: Declared, inputs: readonly string[], context: Context): string {
  const { translation, scope } = context;
  const item = block.item as BlockDeclaration;
  const name = translation.use(block, context.file);
  const bound = bind(item.parameters, argumentsOf(call, context));
  const options = item.parameters.flatMap((parameter) => {
    const code = bound.get(parameter.name.text);
    return code ? [property(valueName(parameter.name.text), toParameter(parameter, code, block.id, context))] : [];
  });
  const path = context.paths?.of(call);
  if (!path || !scope) {
    const what = 'the path of this instance, which depends on how many others the statement makes,';
    return untranslatable(context, call.span, what, 'give it a label: `|> conv(64, 3) as name`').text;
  }
  scope.isUsed = true;
  const pieces = [`${scope.text}.child(${pathText(path, context)})`, ...inputs];
  if (options.length > 0) pieces.push(`{ ${options.join(', ')} }`);
  return `${name}(${pieces.join(', ')})`;
}

/** A path as a text or a template. */
function pathText(parts: readonly PathPart[], context: Context): string {
  const pieces = parts.map((part) => {
    if (typeof part === 'string') return part;
    if ('turn' in part) return `\${${context.turns.get(part.turn) ?? 'turn'}}`;
    if ('element' in part) {
      const { comprehension } = context;
      return comprehension ? `\${${comprehension.count} > 1 ? \`[\${${comprehension.index()} + 1}]\` : ''}` : '';
    }
    const counts = part.when.map(({ count }) => `${translate(count, context).text} > 0`).join(' || ');
    return `\${${counts} ? '${part.text}' : ''}`;
  });
  const joined = pieces.join('');
  return joined.includes('${') ? `\`${joined}\`` : JSON.stringify(joined);
}
