import type {
  BlockDeclaration,
  Expression,
  FunctionDeclaration,
  Import,
  Item,
  ModelDeclaration,
  NamespaceDeclaration,
  Parameter,
  SourceFile,
  TrainingDeclaration,
} from '../../1-parse/ast.js';
import type { Changes } from './changes.js';
import { type ImportedDeclaration, type PlaceContext, partsOf } from './expression-places.js';
import { type Place, place } from './place.js';
import { nameArguments, namesBoundIn, renameArgument, renameWithin } from './rename.js';
import { type Scope, statementPlaces } from './statement-places.js';
import { trainingPlace } from './training-places.js';

/** The places of a source file: what name paths can lead to. The model's own names and those of its training are also reached without these first steps. */
export function filePlace(file: SourceFile, context: PlaceContext): Place {
  const root: Place = place(
    {
      name: file.path,
      what: 'a file',
      parent: undefined,
      span: { file: file.path, start: 0, end: 0 },
      node: file,
      shortcuts: () =>
        root
          .children()
          .filter(({ what }) => what === 'the model' || what === 'the training')
          .flatMap((owner) => [...owner.children(), ...(owner.shortcuts?.() ?? [])]),
    },
    (self) => file.items.flatMap((item) => itemPlaces(item, file, self, context)),
  );
  return root;
}

function itemPlaces(item: Item, file: SourceFile, parent: Place, context: PlaceContext): Place[] {
  switch (item.kind) {
    case 'import':
      return importPlaces(item, file, parent, context);
    case 'block':
    case 'model':
      return [networkPlace(item, file, parent, context)];
    case 'function':
      return [functionPlace(item, file, parent, context, { isImported: false })];
    case 'namespace':
      return [
        place({ ...declaration(item, file, parent), what: 'a namespace' }, (self) =>
          insideNamespace(item, file, self, context, { isImported: false }),
        ),
      ];
    case 'let':
      return [
        place({ ...declaration(item, file, parent), what: 'a `let`', value: item.value }, (self) => partsOf(item.value, self, context)),
      ];
    case 'training':
      return [trainingPlace(item, parent, context)];
    case 'variant':
      return [];
  }
}

type Declaration = Exclude<Item, Import | TrainingDeclaration | { kind: 'variant' }> | FunctionDeclaration;

/** What the places of all declarations have in common. */
function declaration(
  item: Declaration,
  file: SourceFile,
  parent: Place,
): Pick<Place, 'name' | 'parent' | 'span' | 'node' | 'list' | 'rename'> {
  const { text, span } = item.name;
  return {
    name: text,
    parent,
    span,
    node: item,
    list: 'a file',
    rename: (changes, to, at) => {
      changes.field(item, 'name', { text: to, span: at });
      renameInFile(changes, file, text, to, at);
    },
  };
}

/** Renames what a file declares or imports wherever no declaration hides the name. */
function renameInFile(changes: Changes, file: SourceFile, from: string, to: string, at: Place['span']): void {
  const trees = file.items.filter((item) => item.kind !== 'import' && !namesBoundIn(item).has(from));
  renameWithin(changes, trees, from, to, at);
}

/** An import, and in it what the imported file declares by the name: edits inside it are edits of that file, wherever the program uses it. */
function importPlaces(item: Import, file: SourceFile, parent: Place, context: PlaceContext): Place[] {
  return item.names.map((entry): Place => {
    const { text } = entry.alias ?? entry.name;
    const imported = context.imported(item, entry.name.text);
    const declared = imported?.declaration;
    const value = declared?.kind === 'let' ? declared.value : declared?.kind === 'function' ? declared.result : undefined;
    return place(
      {
        name: text,
        what: `an import from "${item.from.value}"`,
        parent,
        span: (entry.alias ?? entry.name).span,
        node: entry,
        list: 'a file',
        value,
        rename: (changes, to, at) => {
          changes.field(entry, 'alias', to === entry.name.text ? undefined : { text: to, span: at });
          renameInFile(changes, file, text, to, at);
        },
      },
      (self) => (imported ? insideImported(imported, self) : []),
    );
  });
}

function insideImported({ declaration, file, context }: ImportedDeclaration, self: Place): Place[] {
  switch (declaration.kind) {
    case 'block':
      return insideNetwork(declaration, file, self, context, { isImported: true });
    case 'function':
      return insideFunction(declaration, file, self, context, { isImported: true });
    case 'namespace':
      return insideNamespace(declaration, file, self, context, { isImported: true });
    case 'let':
      return partsOf(declaration.value, self, context);
  }
}

/** Where a declaration stands. */
interface Standing {
  /** Whether it is declared in another file than the one that is edited. */
  readonly isImported: boolean;
}

function insideNamespace(item: NamespaceDeclaration, file: SourceFile, self: Place, context: PlaceContext, standing: Standing): Place[] {
  // A namespace's functions are referred to as its members, which renaming would have to tell from those of other values.
  return item.functions.map((inner) => functionPlace(inner, file, self, context, standing, { rename: undefined }));
}

function networkPlace(item: BlockDeclaration | ModelDeclaration, file: SourceFile, parent: Place, context: PlaceContext): Place {
  return place({ ...declaration(item, file, parent), what: item.kind === 'model' ? 'the model' : 'a block' }, (self) =>
    insideNetwork(item, file, self, context, { isImported: false }),
  );
}

function insideNetwork(
  item: BlockDeclaration | ModelDeclaration,
  file: SourceFile,
  self: Place,
  context: PlaceContext,
  standing: Standing,
): Place[] {
  // What a model names, its training knows too, except where it gives the name to something else.
  const trainings = item.kind === 'model' ? file.items.filter((other) => other.kind === 'training') : [];
  const knowing = (name: string): readonly unknown[] =>
    trainings.flatMap(({ items }) => {
      const isHidden = items.some((section) => (section.kind === 'data' || section.kind === 'let') && namesBoundIn([section]).has(name));
      return isHidden ? [] : items.filter((section) => section.kind !== 'stage' || !namesBoundIn(section).has(name));
    });
  const scope = (name: string): readonly unknown[] => [item.parameters, item.body, ...knowing(name)];
  return [
    ...parameterPlaces(item, file, self, scope, context, standing),
    ...statementPlaces(item.body, { parent: self, list: 'a block', scope }, context),
  ];
}

type Parameterized = BlockDeclaration | ModelDeclaration | FunctionDeclaration;

/** The parameters of a declaration, and `parameters` for all of them, beside which more can be put. */
function parameterPlaces(
  owner: Parameterized,
  file: SourceFile,
  parent: Place,
  scope: Scope,
  context: PlaceContext,
  standing: Standing,
): Place[] {
  const { parameters } = owner;
  const places = parameters.map((parameter) => parameterPlace(parameter, owner, file, parent, scope, context, standing));
  if (standing.isImported || places.some(({ name }) => name === 'parameters')) return places;
  const all = place({
    name: 'parameters',
    what: 'the parameters',
    parent,
    span: parameters[0]?.span ?? owner.name.span,
    list: 'a list of parameters',
    shift: (changes, where) => (where === 'before' ? places[0] : undefined)?.shift?.(changes, where),
    insert: (changes, where, nodes) => {
      const beside = where === 'before' ? parameters[0] : parameters.at(-1);
      if (beside) changes.insert(where, beside, nodes);
      else for (const node of nodes) changes.append(owner, 'parameters', node);
    },
  });
  return [...places, all];
}

function parameterPlace(
  parameter: Parameter,
  owner: Parameterized,
  file: SourceFile,
  parent: Place,
  scope: Scope,
  context: PlaceContext,
  { isImported }: Standing,
): Place {
  const { text } = parameter.name;
  const value: Expression | undefined = parameter.default;
  const parameters = owner.parameters.map(({ name }) => name.text);
  const index = parameters.indexOf(text);
  // Which files call what is declared in another one is not known here.
  const changing: Partial<Place> = isImported
    ? {
        advice: `other files may use \`${parent.name}\`: \`replace block ${parent.name} by ...\` puts a block with other parameters in its place`,
      }
    : {
        list: 'a list of parameters',
        shift: (changes, where) =>
          nameArguments(changes, file.items, owner.name.text, {
            parameters,
            from: where === 'after' ? index + 1 : index,
            isFunction: owner.kind === 'function',
          }),
        rename: (changes, to, at) => {
          changes.field(parameter, 'name', { text: to, span: at });
          renameWithin(changes, scope(text), text, to, at);
          renameArgument(changes, file.items, owner.name.text, text, to);
        },
      };
  return place(
    {
      name: text,
      what: 'a parameter',
      parent,
      span: parameter.span,
      node: parameter,
      value,
      set: (changes, given) => changes.field(parameter, 'default', given),
      ...changing,
    },
    (self) => (value ? partsOf(value, self, context) : []),
  );
}

/** A function's value is what it returns. */
function functionPlace(
  item: FunctionDeclaration,
  file: SourceFile,
  parent: Place,
  context: PlaceContext,
  standing: Standing,
  properties: Partial<Place> = {},
): Place {
  const value = item.result;
  return place({ ...declaration(item, file, parent), what: 'a function', value, ...properties }, (self) =>
    insideFunction(item, file, self, context, standing),
  );
}

function insideFunction(item: FunctionDeclaration, file: SourceFile, self: Place, context: PlaceContext, standing: Standing): Place[] {
  const scope = (): readonly unknown[] => [item.parameters, item.body, item.result];
  return [
    ...parameterPlaces(item, file, self, scope, context, standing),
    ...statementPlaces(item.body, { parent: self, list: 'a function', scope }, context),
    ...partsOf(item.result, self, context),
  ];
}
