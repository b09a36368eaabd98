import { type ParameterDeclarationStructure, type StatementStructures, StructureKind, VariableDeclarationKind } from 'ts-morph';
import type { BlockDeclaration, Expression, FunctionDeclaration, ModelDeclaration, Parameter, TypeExpression } from '../../1-parse/ast.js';
import { dimensionsOfImage } from '../../2-analyze/names/image-dimensions.js';
import type { Span } from '../../diagnostics/index.js';
import { type Body, bodyOf, translateOutputs, translateStatements } from './bodies.js';
import { declaredType, parameterType, portsOf } from './calls.js';
import { type Context, finalText, render } from './context.js';
import { translate } from './expressions.js';
import type { FileDraft } from './file-draft.js';
import { Identifiers, typeName, valueName } from './identifiers.js';
import { type Declared, Names, type ValueBinding } from './names.js';
import { namesIn } from './source-tree.js';
import { asTensor } from './tensors.js';
import type { Translation } from './translation.js';
import { number, type Type, typeText } from './types.js';

/** Writes a declaration into its file. */
export function writeDeclaration(declared: Declared, file: FileDraft, translation: Translation): void {
  const { item } = declared;
  if (item.kind === 'block') writeBlock(declared, item, file, translation);
  else if (item.kind === 'function') writeFunction(declared, item, file, translation);
  else if (item.kind === 'namespace') writeNamespace(declared, file, translation);
  else writeConstant(declared, file, translation);
}

/** A context for the body of a declaration. */
export function contextOf(declared: Pick<Declared, 'id' | 'names'>, file: FileDraft, translation: Translation): Context {
  return {
    translation,
    file,
    names: new Names(new Identifiers(declared.names.identifiers), declared.names),
    lines: [],
    scope: undefined,
    paths: undefined,
    turns: new Map(),
    comprehension: undefined,
    owner: declared.id,
  };
}

/** The line above a declaration that says where it comes from. */
export const origin = (span: Span, translation: Translation): string => `\n// from ${translation.place(span)}\n`;

/** Documentation as ts-morph takes it; what would end a comment is kept from doing so. */
export function documented(text: string | undefined): string[] {
  if (text === undefined) return [];
  const safe = text.replaceAll('*/', '*\u200b/');
  return [safe.includes('\n') ? `\n${safe}` : safe];
}

/** A parameter of a declaration as the body knows it. */
interface BoundParameter {
  readonly parameter: Parameter;
  readonly name: string;
  readonly type: Type;
  readonly binding: ValueBinding;
  readonly defaultText: string | undefined;
}

const isLiteral = (expression: Expression | undefined): boolean =>
  expression !== undefined && ['number', 'string', 'boolean', 'name'].includes(expression.kind);

/**
 * Defines the parameters. A parameter of the library that no call gives is replaced by its default, so that the generated functions have the
 * options that are of use here.
 */
function bindParameters(item: BlockDeclaration | FunctionDeclaration, id: string, context: Context): BoundParameter[] {
  const { translation, names } = context;
  const { inputs } = translation.signature(id);
  return item.parameters.flatMap((parameter): BoundParameter[] => {
    const name = parameter.name.text;
    const isOfLibrary = parameter.span.file.startsWith('std/');
    if (parameter.default && isOfLibrary && isLiteral(parameter.default) && !Object.hasOwn(inputs, name)) {
      names.define(name, { kind: 'value', isUsed: true, ...translate(parameter.default, context) });
      return [];
    }
    const defaultText = parameter.default && translate(parameter.default, context).text;
    const type = parameterType(parameter.type, inputs[name]);
    const text = names.identifiers.take(valueName(name));
    return [{ parameter, name: text, type, binding: names.value(name, text, type), defaultText }];
  });
}

/** `{ width = 64, reduction = 16 }: RCABOptions = {}`, or nothing. */
function optionsParameter(parameters: readonly BoundParameter[], typeText_: string): ParameterDeclarationStructure[] {
  if (parameters.length === 0) return [];
  const used = parameters.filter(({ binding }) => binding.isUsed);
  const pattern = used.map(({ parameter, name, defaultText }) => {
    const key = valueName(parameter.name.text);
    return `${key === name ? key : `${key}: ${name}`}${defaultText === undefined ? '' : ` = ${defaultText}`}`;
  });
  const isOptional = parameters.every(({ defaultText }) => defaultText !== undefined);
  const name = used.length === 0 ? '_options' : `{ ${pattern.join(', ')} }`;
  return [{ kind: StructureKind.Parameter, name, type: typeText_, ...(isOptional ? { initializer: '{}' } : {}) }];
}

const optionType = (parameters: readonly BoundParameter[]): string =>
  `{ ${parameters.map(({ parameter, type, defaultText }) => `${valueName(parameter.name.text)}${defaultText === undefined ? '' : '?'}: ${typeText(type)}`).join('; ')} }`;

type Parameterized = BlockDeclaration | ModelDeclaration | FunctionDeclaration;

interface DimensionBinding {
  readonly port: string;
  readonly axis: number;
  readonly name: string;
  readonly binding: ValueBinding;
}

/** Defines the names of dimensions that a type binds: `C` of `[B, H, W, C]`, and of an image those that its declaration reads. */
export function bindDimensions(type: TypeExpression, port: string, owner: Parameterized, context: Context): DimensionBinding[] {
  const read = namesReadBy(owner);
  const names =
    type.kind === 'shape-type'
      ? type.dimensions.map((dimension) => (dimension.kind === 'name' ? dimension.name.text : undefined))
      : dimensionsOfImage(type, owner.body).map((name) => (name !== undefined && read.has(name) ? name : undefined));
  return names.flatMap((source, axis): DimensionBinding[] => {
    if (source === undefined || context.names.lookup(source)) return [];
    const name = context.names.identifiers.take(valueName(source));
    return [{ port, axis, name, binding: context.names.value(source, name, number) }];
  });
}

/** `const [, H, W] = x.shape;` for the dimensions that the body uses. */
export function dimensionLines(dimensions: readonly DimensionBinding[]): string[] {
  const ports = [...new Set(dimensions.map(({ port }) => port))];
  return ports.flatMap((port) => {
    const used = dimensions.filter((dimension) => dimension.port === port && dimension.binding.isUsed);
    const [only] = used;
    if (!only) return [];
    if (used.length === 1) return [`const ${only.name} = ${port}.shape[${only.axis}];`];
    const last = Math.max(...used.map(({ axis }) => axis));
    const pattern = Array.from({ length: last + 1 }, (_, axis) => used.find((dimension) => dimension.axis === axis)?.name ?? '');
    return [`const [${pattern.join(', ')}] = ${port}.shape;`];
  });
}

function writeBlock(declared: Declared, item: BlockDeclaration, file: FileDraft, translation: Translation): void {
  const scope = { text: 'scope', isUsed: false };
  const context: Context = { ...contextOf(declared, file, translation), scope };
  const parameters = bindParameters(item, declared.id, context);
  const { inputs } = translation.signature(declared.id);
  const ports = portsOf(item, 'in').map((port) => {
    const text = context.names.identifiers.take(valueName(port.name.text));
    const type = parameterType(port.type, inputs[port.name.text]);
    context.names.value(port.name.text, text, type);
    return { port, text, type };
  });
  const dimensions = ports.flatMap(({ port, text }) => bindDimensions(port.type, text, item, context));
  const outputs = new Map(portsOf(item, 'out').map((port) => [port.name.text, declaredType(port.type)]));
  const body: Body = bodyOf(item.body, outputs, context);
  translateStatements(item.body, body, context);
  const result = translateOutputs(body, context);
  translation.recordOutput(declared.id, result.type);
  const statements = [
    ...dimensionLines(dimensions),
    ...context.lines.map((line) => (typeof line === 'string' ? line : line())),
    result.text,
  ];

  const structures: StatementStructures[] = [];
  let type = optionType(parameters);
  if (parameters.length > 2) {
    type = declared.names.identifiers.take(`${typeName(item.name.text)}Options`);
    structures.push({
      kind: StructureKind.Interface,
      name: type,
      isExported: true,
      properties: parameters.map(({ parameter, type: parameterType_, defaultText }) => ({
        name: valueName(parameter.name.text),
        type: typeText(parameterType_),
        hasQuestionToken: defaultText !== undefined,
      })),
    });
  }
  structures.push({
    kind: StructureKind.Function,
    name: declared.text,
    isExported: true,
    leadingTrivia: origin(item.span, translation),
    docs: documented(item.documentation),
    parameters: [
      { name: scope.isUsed ? 'scope' : '_scope', type: file.use('weights', 'type Scope').replace('type ', '') },
      ...ports.map(({ text, type: portType }) => ({ name: text, type: typeText(portType) })),
      ...optionsParameter(parameters, type),
    ],
    returnType: typeText(result.type),
    statements,
  });
  file.add(translation.orderOf(declared), ...structures);
}

/** Parameters, statements and result of a function. */
function functionParts(item: FunctionDeclaration, id: string, context: Context) {
  const all = bindParameters(item, id, context);
  const dimensions = all.flatMap(({ parameter, name }) => bindDimensions(parameter.type, name, item, context));
  const body = bodyOf([...item.body], new Map(), context);
  translateStatements(item.body, { ...body, read: namesReadBy(item) }, context);
  let result = translate(item.result, context);
  if (item.result.kind === 'list' && result.type.kind === 'tensor') result = asTensor(result, context);
  context.translation.recordOutput(id, result.type);
  const required = all.filter(({ defaultText }) => defaultText === undefined);
  const optional = all.filter(({ defaultText }) => defaultText !== undefined);
  return {
    parameters: [
      ...required.map(({ name, type }): ParameterDeclarationStructure => ({ kind: StructureKind.Parameter, name, type: typeText(type) })),
      ...optionsParameter(optional, optionType(optional)),
    ],
    returnType: typeText(result.type),
    statements: [...dimensionLines(dimensions), render(context.lines), `return ${finalText(result)};`].filter((line) => line !== ''),
  };
}

const namesReadBy = (item: Parameterized): Set<string> => namesIn([item.body, item.kind === 'function' ? item.result : []]);

function writeFunction(declared: Declared, item: FunctionDeclaration, file: FileDraft, translation: Translation): void {
  const parts = functionParts(item, declared.id, contextOf(declared, file, translation));
  file.add(translation.orderOf(declared), {
    kind: StructureKind.Function,
    name: declared.text,
    isExported: true,
    leadingTrivia: origin(item.span, translation),
    docs: documented(item.documentation),
    ...parts,
  });
}

/** The functions of a namespace that something calls, as the methods of an object. */
function writeNamespace(declared: Declared, file: FileDraft, translation: Translation): void {
  const { item } = declared;
  if (item.kind !== 'namespace') return;
  const methods = item.functions.flatMap((member) => {
    const id = `${declared.id}.${member.name.text}`;
    if (!translation.isKnown(id)) return [];
    const { parameters, returnType, statements } = functionParts(member, id, contextOf({ id, names: declared.names }, file, translation));
    const list = parameters.map(({ name, type, initializer }) => `${name}: ${type}${initializer === undefined ? '' : ` = ${initializer}`}`);
    const documentation =
      member.documentation === undefined ? '' : `/** ${member.documentation.replaceAll('*/', '*\u200b/').split('\n').join('\n * ')} */\n`;
    return [`${documentation}${valueName(member.name.text)}(${list.join(', ')}): ${returnType} {\n${statements.join('\n')}\n},\n`];
  });
  file.add(translation.orderOf(declared), {
    kind: StructureKind.VariableStatement,
    isExported: true,
    declarationKind: VariableDeclarationKind.Const,
    leadingTrivia: origin(item.span, translation),
    docs: documented(item.documentation),
    declarations: [{ name: declared.text, initializer: `{\n${methods.join('\n')}}` }],
  });
}

function writeConstant(declared: Declared, file: FileDraft, translation: Translation): void {
  const { item } = declared;
  if (item.kind !== 'let') return;
  const context = contextOf(declared, file, translation);
  const code = translate(item.value, context);
  translation.recordOutput(declared.id, code.type);
  file.add(translation.orderOf(declared), {
    kind: StructureKind.VariableStatement,
    isExported: true,
    declarationKind: VariableDeclarationKind.Const,
    leadingTrivia: origin(item.span, translation),
    docs: documented(item.documentation),
    declarations: [{ name: declared.text, initializer: code.text }],
  });
}
