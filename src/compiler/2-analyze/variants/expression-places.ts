import type {
  Argument,
  BlockDeclaration,
  Expression,
  FunctionDeclaration,
  Import,
  LetStatement,
  ListElement,
  NamespaceDeclaration,
  PipeStage,
  SourceFile,
} from '../../1-parse/ast.js';
import type { Span } from '../../diagnostics/index.js';
import type { Changes } from './changes.js';
import { listIn, type Place, place } from './place.js';

/** What the names of a call's parameters are found by. */
export interface Signature {
  readonly parameters: readonly string[];
  /** A function in a pipe takes what comes through the pipe as its first argument; a block does not. */
  readonly isFunction: boolean;
}

/** What an import brings, with the file that declares it. */
export interface ImportedDeclaration {
  readonly declaration: BlockDeclaration | FunctionDeclaration | NamespaceDeclaration | LetStatement;
  readonly file: SourceFile;
  /** For the places in that file. */
  readonly context: PlaceContext;
}

/** What places are made with. */
export interface PlaceContext {
  textOf(span: Span): string;
  /** Undefined for operators, instances and names that are unknown. */
  signatureOf(name: string): Signature | undefined;
  /** What an import takes from its file by this name; undefined where that cannot be read or has no such name. */
  imported(item: Import, name: string): ImportedDeclaration | undefined;
  /** The files that `imported` has led to. */
  importedFiles(): readonly SourceFile[];
  /** The module of the standard library that declares a name. */
  libraryModuleOf(name: string): string | undefined;
}

/** Indices as a path repeats them. */
export function indicesText(indices: readonly Expression[], context: PlaceContext): string {
  return indices.length === 0 ? '' : `[${indices.map(({ span }) => context.textOf(span).replace(/\s+/g, ' ')).join(', ')}]`;
}

/** What an expression is called by: the name that it is, indexes, or calls; of a pipe, that of what goes in. */
function nameOf(expression: Expression, context: PlaceContext): { readonly name: string; readonly indices: string } {
  switch (expression.kind) {
    case 'name':
    case 'member':
      return { name: expression.name.text, indices: '' };
    case 'index':
      return { name: nameOf(expression.target, context).name, indices: indicesText(expression.indices, context) };
    case 'call':
      return nameOf(expression.callee, context);
    case 'pipe':
      return nameOf(expression.input, context);
    default:
      return { name: '', indices: '' };
  }
}

/** What can be addressed inside an expression: links of pipes, elements of lists, names, and calls with their arguments. */
export function partsOf(expression: Expression, parent: Place, context: PlaceContext): Place[] {
  const inside = (...inner: readonly Expression[]): Place[] => inner.flatMap((other) => partsOf(other, parent, context));
  switch (expression.kind) {
    case 'name':
    case 'member':
    case 'index':
      return [partPlace(expression, parent, context)];
    case 'call':
      return [partPlace(expression, parent, context, (self) => argumentsOf(expression, self, context, false))];
    case 'list':
      return expression.elements.flatMap((element) => {
        const found = elementPlace(element, expression, parent, context);
        // A position counts in the list at the head of a value; what is unnamed elsewhere is passed through.
        return found.name === '' && listIn(parent.value) !== expression ? inside(innermostOf(element).value) : [found];
      });
    case 'pipe':
      return [...inside(expression.input), ...linkPlaces(expression.stage, parent, context)];
    case 'binary':
      return inside(expression.left, expression.right);
    case 'unary':
      return inside(expression.operand);
    case 'range':
      return inside(expression.from, expression.to);
    case 'if':
      return inside(expression.condition, expression.then, expression.else);
    default:
      return [];
  }
}

function partPlace(expression: Expression, parent: Place, context: PlaceContext, children?: (self: Place) => readonly Place[]): Place {
  const what = expression.kind === 'call' ? 'a call' : 'a name in an expression';
  return place({ ...nameOf(expression, context), what, parent, span: expression.span, node: expression, value: expression }, children);
}

/** The element that comprehensions repeat. */
function innermostOf(element: ListElement): ListElement & { kind: 'element' } {
  return element.kind === 'element' ? element : innermostOf(element.body);
}

function elementPlace(element: ListElement, list: Expression, parent: Place, context: PlaceContext): Place {
  const variables: (ListElement & { kind: 'comprehension' })[] = [];
  for (let inner = element; inner.kind === 'comprehension'; inner = inner.body) variables.push(inner);
  const { value } = innermostOf(element);
  return place(
    {
      ...nameOf(value, context),
      what: 'an element of a list',
      parent,
      span: element.span,
      node: element,
      list: 'a list',
      value,
      elementOf: list,
    },
    (self) => [
      ...variables.map(({ variable, over }) =>
        place({ name: variable.text, what: 'the range of a comprehension', parent: self, span: over.span, value: over }, (inner) =>
          partsOf(over, inner, context),
        ),
      ),
      ...childrenOf(value, self, context),
    ],
  );
}

/** What is inside a value that is itself a place: of a name nothing, of a call its arguments. */
function childrenOf(value: Expression, self: Place, context: PlaceContext): readonly Place[] {
  if (value.kind === 'name' || value.kind === 'member' || value.kind === 'index') return [];
  return value.kind === 'call' ? argumentsOf(value, self, context, false) : partsOf(value, self, context);
}

/** A link of a pipe is called by its label, or by the name of what it applies. */
function linkPlaces(stage: PipeStage, parent: Place, context: PlaceContext): Place[] {
  const label = stage.label;
  const rename = label && ((changes: Changes, to: string, span: Span): void => changes.field(stage, 'label', { text: to, span }));
  const common = { parent, node: stage, list: 'a pipe', rename } as const;
  if (stage.kind === 'repeat') {
    if (!label) return stage.body.flatMap((inner) => linkPlaces(inner, parent, context));
    return [
      place({ ...common, name: label.text, what: 'a `repeat`', span: stage.span, value: stage.count }, (self) =>
        stage.body.flatMap((inner) => linkPlaces(inner, self, context)),
      ),
    ];
  }
  const { callee } = stage;
  const { name, indices } = label ? { name: label.text, indices: '' } : nameOf(callee, context);
  return [
    place({ ...common, name, indices, what: 'a link of a pipe', span: stage.span, value: callee }, (self) =>
      callee.kind === 'call' ? argumentsOf(callee, self, context, true) : absentArguments(callee, [], self, context),
    ),
  ];
}

/** The arguments of a call by name, those that are left out included. */
function argumentsOf(call: Expression & { kind: 'call' }, self: Place, context: PlaceContext, isPiped: boolean): Place[] {
  const signature = call.callee.kind === 'name' ? context.signatureOf(call.callee.name.text) : undefined;
  const names = signature?.parameters.slice(isPiped && signature.isFunction ? 1 : 0) ?? [];
  const positional = call.arguments.filter((argument) => !argument.name);
  let position = 0;
  const given = call.arguments.flatMap((argument): Place[] => {
    const name = argument.name?.text ?? names[position++];
    if (name === undefined) return partsOf(argument.value, self, context);
    // Without one that stands by its position, those behind it would take its parameter.
    const from = position;
    const shift: Place['shift'] = (changes) => {
      for (const [i, other] of positional.entries()) {
        const own = names[i];
        if (i >= from && own !== undefined) changes.field(other, 'name', { text: own, span: other.span });
      }
    };
    return [argumentPlace(argument, name, self, context, argument.name ? undefined : shift)];
  });
  return [...given, ...absentArguments(call, given, self, context)];
}

function argumentPlace(argument: Argument, name: string, parent: Place, context: PlaceContext, shift: Place['shift']): Place {
  const { value, span } = argument;
  return place({ name, what: 'an argument', parent, span, node: argument, value, shift }, (self) => partsOf(value, self, context));
}

/** Places of the arguments that a call, or a block applied without one, leaves to their defaults. */
function absentArguments(callee: Expression, given: readonly Place[], parent: Place, context: PlaceContext): Place[] {
  const called = callee.kind === 'call' ? callee.callee : callee;
  const signature = called.kind === 'name' ? context.signatureOf(called.name.text) : undefined;
  if (!signature || signature.isFunction) return [];
  return signature.parameters
    .filter((name) => !given.some((other) => other.name === name))
    .map((name) =>
      place({
        name,
        what: 'an argument that is left out',
        parent,
        span: callee.span,
        set: (changes, value) => {
          const argument: Argument = { name: { text: name, span: value.span }, value, span: value.span };
          if (callee.kind === 'call') changes.append(callee, 'arguments', argument);
          else changes.replace(callee, [{ kind: 'call', callee, arguments: [argument], span: callee.span }]);
        },
      }),
    );
}
