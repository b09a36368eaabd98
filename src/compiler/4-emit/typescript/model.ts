import { type PropertyDeclarationStructure, StructureKind, Scope as Visibility } from 'ts-morph';
import type { ModelDeclaration, Statement } from '../../1-parse/ast.js';
import { type Body, bodyOf, memberId, translateOutputs, translateStatements } from './bodies.js';
import { declaredType, portsOf } from './calls.js';
import { type Context, type Line, render } from './context.js';
import { bindDimensions, contextOf, dimensionLines, documented, origin } from './declarations.js';
import { translate } from './expressions.js';
import type { FileDraft } from './file-draft.js';
import { Identifiers, valueName } from './identifiers.js';
import { type Binding, Names } from './names.js';
import type { Translation } from './translation.js';
import { type Type, tensor, typeText } from './types.js';

/** A part of a model that its training may use: a parameter, a setting, an instance or a family of instances. */
interface Member {
  /** Name in the source. */
  readonly name: string;
  /** Name of the field. */
  readonly field: string;
  readonly type: Type;
  readonly isFamily: boolean;
  /** Whether the constructor has it as a value of its own, to be put into the field. */
  readonly local: string | undefined;
  isUsed: boolean;
}

/** The class of a model, as far as the rest of the translation asks for it. */
export interface ModelClass {
  readonly name: string;
  readonly optionsName: string | undefined;
  /** The members as the code that holds a `network` sees them. */
  bindings(owner: string): ReadonlyMap<string, Binding>;
  /** Writes the class into its file, once all uses of its members are known. */
  write(): void;
}

/** Whether a statement makes parts of the network, not tensors of one pass. */
function makesParts(statement: Statement, isPart: (name: string) => boolean): boolean {
  if (statement.kind === 'let') return true;
  if (statement.kind === 'assign') return isPart(statement.target.text);
  return statement.kind === 'for' && statement.body.some((inner) => makesParts(inner, isPart));
}

/** The statements that make parts, or those that do not; loops are split. Settings belong to both. */
function split(statements: readonly Statement[], wanted: 'parts' | 'pass', isPart: (name: string) => boolean): Statement[] {
  return statements.flatMap((statement): Statement[] => {
    if (statement.kind === 'for') {
      const body = split(statement.body, wanted, isPart);
      return body.some(({ kind }) => kind !== 'let') ? [{ ...statement, body }] : [];
    }
    if (statement.kind === 'let') return [statement];
    return makesParts(statement, isPart) === (wanted === 'parts') ? [statement] : [];
  });
}

const isOfInstances = (type: Type): boolean => type.kind === 'instance' || (type.kind === 'list' && isOfInstances(type.element));

/** Translates a model to a class: its constructor makes the parts, `apply` runs them. */
export function translateModel(item: ModelDeclaration, file: FileDraft, translation: Translation): ModelClass {
  const { rootNames } = translation;
  const id = `model:${item.name.text}`;
  const declared = { id, names: rootNames };
  const name = rootNames.identifiers.take(item.name.text);
  const typeOf = (member: string): Type => translation.signature(memberId({ owner: id } as Context, member)).output;
  const isPart = (member: string): boolean =>
    isOfInstances(typeOf(member)) || ['number', 'boolean', 'string'].includes(typeOf(member).kind);
  const scope = { text: 'scope', isUsed: false };
  const maker: Context = { ...contextOf(declared, file, translation), scope };
  const members: Member[] = [];
  const addMember = (source: string, type: Type, isFamily: boolean, local: string | undefined): Member => {
    const member = { name: source, field: valueName(source), type, isFamily, local, isUsed: false };
    members.push(member);
    return member;
  };

  const parameters = item.parameters.map((parameter) => {
    const text = maker.names.identifiers.take(valueName(parameter.name.text));
    const type = declaredType(parameter.type);
    const defaultText = parameter.default && translate(parameter.default, maker).text;
    const binding = maker.names.value(parameter.name.text, text, type);
    addMember(parameter.name.text, type, false, text);
    return { key: valueName(parameter.name.text), text, type, defaultText, binding };
  });

  const makerBody = bodyOf(split(item.body, 'parts', isPart), new Map(), maker);
  const place = (source: string, { text, type }: { readonly text: string; readonly type: Type }): string | undefined => {
    if (maker.names.lookup(source)?.kind === 'family') return undefined;
    const member = members.find((known) => known.name === source) ?? addMember(source, type, false, undefined);
    maker.names.value(source, `this.${member.field}`, type);
    member.isUsed = true;
    return `this.${member.field} = ${text};`;
  };
  for (const family of familyNames(makerBody.statements)) {
    const element = typeOf(family);
    const member = addMember(family, element, true, undefined);
    member.isUsed = true;
    maker.names.define(family, { kind: 'family', name: family, text: `this.${member.field}`, element, isLocal: false });
    makerBody.declared.add(family);
  }
  const wholeBody = bodyOf(item.body, new Map(), maker);
  translateStatements(makerBody.statements, { ...makerBody, read: wholeBody.read, localFamilies: new Set(), place }, maker);
  for (const statement of item.body) {
    const binding = statement.kind === 'let' ? maker.names.lookup(statement.name.text) : undefined;
    if (statement.kind === 'let' && binding?.kind === 'value') addMember(statement.name.text, binding.type, false, binding.text);
  }

  const bindings = (owner: string): ReadonlyMap<string, Binding> =>
    new Map(
      members.map((member): [string, Binding] => {
        const text = `${owner}.${member.field}`;
        if (member.isFamily) return [member.name, { kind: 'family', name: member.name, text, element: member.type, isLocal: false }];
        const binding = {
          kind: 'value' as const,
          text,
          type: member.type,
          get isUsed() {
            return member.isUsed;
          },
          set isUsed(value: boolean) {
            member.isUsed ||= value;
          },
        };
        return [member.name, binding];
      }),
    );

  const passScope = { text: 'this.scope', isUsed: false };
  const names = new Names(new Identifiers(rootNames.identifiers), rootNames);
  for (const [source, binding] of bindings('this')) names.define(source, binding);
  const pass: Context = { ...contextOf(declared, file, translation), names, scope: passScope };
  const ports = portsOf(item, 'in').map((port) => {
    const text = names.identifiers.take(valueName(port.name.text));
    const declaredPort = declaredType(port.type);
    const type = declaredPort.kind === 'tensor' && declaredPort.rank === undefined ? tensor(4) : declaredPort;
    names.value(port.name.text, text, type);
    return { port, text, type };
  });
  const dimensions = ports.flatMap(({ port, text }) => bindDimensions(port.type, text, item, pass));
  const outputs = new Map(portsOf(item, 'out').map((port) => [port.name.text, declaredType(port.type)]));
  const passBody: Body = bodyOf(
    split(item.body, 'pass', isPart).filter(({ kind }) => kind !== 'let'),
    outputs,
    pass,
  );
  translateStatements(passBody.statements, passBody, pass);
  const result = translateOutputs(passBody, pass);
  const passLines: Line[] = [...dimensionLines(dimensions), ...pass.lines, result.text];

  const optionsName = parameters.length === 0 ? undefined : rootNames.identifiers.take(`${item.name.text}Options`);
  const { modules, root } = translation.input;
  const order: [number, number] = [modules.indexOf(root), root.file.items.indexOf(item)];
  const write = (): void => {
    const fields = members.filter((member) => member.isUsed);
    const typeOfField = (member: Member): string =>
      member.isFamily ? `${file.use('lists', 'Family')}<${typeText(member.type)}>` : typeText(member.type);
    const stored = fields.flatMap((member) => (member.local === undefined ? [] : [member]));
    const usedParameters = parameters.filter(({ binding, text }) => binding.isUsed || stored.some(({ local }) => local === text));
    const pattern = usedParameters.map(
      ({ key, text, defaultText }) => `${key === text ? key : `${key}: ${text}`}${defaultText === undefined ? '' : ` = ${defaultText}`}`,
    );
    for (const { text } of stored.map(({ local }) => ({ text: local }))) {
      for (const statement of item.body) {
        const binding = statement.kind === 'let' ? maker.names.lookup(statement.name.text) : undefined;
        if (binding?.kind === 'value' && binding.text === text) binding.isUsed = true;
      }
    }
    if (optionsName !== undefined) {
      file.add(order, {
        kind: StructureKind.Interface,
        name: optionsName,
        isExported: true,
        properties: parameters.map(({ key, type, defaultText }) => ({
          name: key,
          type: typeText(type),
          hasQuestionToken: defaultText !== undefined,
        })),
      });
    }
    const lines = render(maker.lines);
    const hasOptions = optionsName !== undefined && pattern.length > 0;
    const isOptional = parameters.every(({ defaultText }) => defaultText !== undefined);
    file.add(order, {
      kind: StructureKind.Class,
      name,
      isExported: true,
      leadingTrivia: origin(item.span, translation),
      docs: documented(item.documentation),
      properties: fields.map(
        (member): PropertyDeclarationStructure => ({
          kind: StructureKind.Property,
          name: member.field,
          isReadonly: true,
          ...(member.isFamily ? { initializer: `new ${typeOfField(member)}()` } : { type: typeOfField(member) }),
          docs: documented(documentationOf(item.body, member.name)),
        }),
      ),
      ctors: [
        {
          parameters: [
            {
              name: scope.isUsed || passScope.isUsed ? 'scope' : '_scope',
              type: file.use('weights', 'type Scope').replace('type ', ''),
              ...(passScope.isUsed ? { scope: Visibility.Private, isReadonly: true } : {}),
            },
            ...(optionsName === undefined
              ? []
              : [
                  {
                    name: hasOptions ? `{ ${pattern.join(', ')} }` : '_options',
                    type: optionsName,
                    ...(isOptional ? { initializer: '{}' } : {}),
                  },
                ]),
          ],
          statements: [lines, ...stored.map(({ field, local }) => `this.${field} = ${local};`)].filter((line) => line.trim() !== ''),
        },
      ],
      methods: [
        {
          name: 'apply',
          docs: documented(describePass(item)),
          parameters: ports.map(({ text, type }) => ({ name: text, type: typeText(type) })),
          returnType: typeText(result.type),
          statements: render(passLines),
        },
      ],
    });
  };
  return { name, optionsName, bindings, write };
}

function familyNames(statements: Body['statements']): Set<string> {
  return new Set(
    statements.flatMap((statement): string[] => {
      if (statement.kind === 'for') return [...familyNames(statement.body)];
      return statement.kind === 'assign' && statement.indices.length > 0 ? [statement.target.text] : [];
    }),
  );
}

function documentationOf(statements: readonly Statement[], name: string): string | undefined {
  const statement = statements.find((candidate) => candidate.kind === 'assign' && candidate.target.text === name);
  return statement?.kind === 'assign' ? statement.documentation : undefined;
}

/** What the pass takes and gives, from the documentation of the ports. */
function describePass(item: ModelDeclaration): string | undefined {
  const ports = [...portsOf(item, 'in'), ...portsOf(item, 'out')].filter((port) => port.documentation !== undefined);
  const lines = ports.map(
    (port) => `${port.direction === 'in' ? `@param ${valueName(port.name.text)}` : `@returns ${port.name.text}:`} ${port.documentation}`,
  );
  return ['Runs the network on a batch of pictures [batch, height, width, channels].', ...lines].join('\n');
}
