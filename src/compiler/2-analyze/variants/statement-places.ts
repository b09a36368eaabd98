import type {
  ForStatement,
  InsertedStatement,
  Name,
  OptimizerSection,
  OptimizerSetting,
  StageStatement,
  Statement,
} from '../../1-parse/ast.js';
import { isOptimizerSection, optimizerSectionNames, optimizerSections, sectionTitles } from '../training/optimizer-sections.js';
import type { Changes } from './changes.js';
import { indicesText, type PlaceContext, partsOf } from './expression-places.js';
import { type ListKind, type Place, place } from './place.js';
import { renameWithin } from './rename.js';

/** The trees in which a name of a body is known. */
export type Scope = (name: string) => readonly unknown[];

/** What the statements of one body have in common. */
export interface Body {
  readonly parent: Place;
  readonly list: ListKind;
  readonly scope: Scope;
}

/** The places of statements; those of loops stand on the level of the body, so that a path does not repeat where they are nested. */
export function statementPlaces(statements: readonly (Statement | StageStatement)[], body: Body, context: PlaceContext): Place[] {
  const outputs = statements.filter((statement) => statement.kind === 'port' && statement.direction === 'out');
  const others = statements.filter((statement) => !outputs.includes(statement));
  const places = others.flatMap((statement) => statementPlace(statement, body, context));
  const [first] = outputs;
  if (!first) return places;
  // The name of an output means the statement that gives it its value.
  const out = place({ name: 'out', what: 'the outputs', parent: body.parent, span: first.span }, (self) =>
    outputs.flatMap((port) => statementPlace(port, { ...body, parent: self }, context)),
  );
  return [...places, out];
}

const words: Partial<Record<InsertedStatement['kind'], string>> = {
  let: 'a `let`',
  weight: 'a weight',
  statistic: 'a statistic',
  update: 'an update',
  assign: 'a statement',
  minimize: 'a loss',
  log: 'a logged value',
};

function statementPlace(statement: Statement | StageStatement, body: Body, context: PlaceContext): Place[] {
  const { parent, list, scope } = body;
  const { span } = statement;
  const common = { parent, list, span, node: statement } as const;
  const renaming = ({ text }: Name): Pick<Place, 'name' | 'rename'> => ({
    name: text,
    rename: (changes, to, at) => renameWithin(changes, scope(text), text, to, at),
  });
  switch (statement.kind) {
    case 'port':
      return [place({ ...common, ...renaming(statement.name), what: statement.direction === 'in' ? 'an input' : 'an output' })];
    case 'let':
    case 'log':
    case 'weight':
    case 'statistic':
    case 'assign':
    case 'minimize': {
      const value = statement.kind === 'weight' || statement.kind === 'statistic' ? statement.initializer : statement.value;
      const name = statement.kind === 'assign' ? statement.target : statement.kind === 'minimize' ? statement.loss : statement.name;
      const indices = statement.kind === 'assign' ? indicesText(statement.indices, context) : '';
      const what = words[statement.kind] ?? 'a statement';
      return [
        place({ ...common, ...renaming(name), indices, what, value }, (self) => [
          ...partsOf(value, self, context),
          ...(statement.kind === 'minimize' ? [namesPlace('over', 'what a loss trains', statement.over, self)] : []),
        ]),
      ];
    }
    case 'update':
      return [
        place({ ...common, name: `update_${statement.target.text}`, what: 'an update', value: statement.value }, (self) =>
          partsOf(statement.value, self, context),
        ),
      ];
    case 'for':
      return [loopPlace(statement, body, context), ...statementPlaces(statement.body, body, context)];
    case 'frozen':
      return [namesPlace('frozen', 'a `frozen`', statement.names, parent, common)];
    case 'optimizer':
      return [optimizerPlace(statement, parent, list, context)];
  }
}

/** A loop is called by its variable; its value is what it runs over. */
function loopPlace(statement: ForStatement, { parent, list }: Body, context: PlaceContext): Place {
  const { variable, over, span } = statement;
  return place(
    {
      name: variable.text,
      what: 'a loop',
      parent,
      list,
      span,
      node: statement,
      value: over,
      rename: (changes, to, at) => {
        changes.field(statement, 'variable', { text: to, span: at });
        renameWithin(changes, [statement.body], variable.text, to, at);
      },
    },
    (self) => partsOf(over, self, context),
  );
}

/** A list of names: of what is frozen, of what a loss trains, of augmentations. */
export function namesPlace(name: string, what: string, names: readonly Name[], parent: Place, properties: Partial<Place> = {}): Place {
  const span = names[0]?.span ?? parent.span;
  return place({ name, what, parent, span, ...properties }, (self) =>
    names.map((entry) =>
      place({
        name: entry.text,
        what: 'a name in a list',
        parent: self,
        span: entry.span,
        node: entry,
        list: 'a list of names',
      }),
    ),
  );
}

/** A section of how losses change weights with its settings, those that it leaves out included. */
export function optimizerPlace(section: OptimizerSection, parent: Place, list: ListKind, context: PlaceContext): Place {
  const { text } = section.name;
  const known = isOptimizerSection(text) ? optimizerSections[text] : [];
  const what = isOptimizerSection(text) ? sectionTitles[text] : sectionTitles.adam;
  return place({ name: text, what, parent, list, span: section.span, node: section }, (self) => [
    ...section.settings.map((setting) =>
      place(
        {
          name: setting.name.text,
          what: 'a setting of the training',
          parent: self,
          list: 'an optimiser',
          span: setting.span,
          node: setting,
          value: setting.value,
        },
        (inner) => partsOf(setting.value, inner, context),
      ),
    ),
    ...known
      .filter((name) => !section.settings.some((setting) => setting.name.text === name))
      .map((name) =>
        place({
          name,
          what: 'a setting of the training',
          parent: self,
          span: section.span,
          set: (changes, value) => changes.append(section, 'settings', { name: { text: name, span: value.span }, value, span: value.span }),
        }),
      ),
  ]);
}

/** The sections that a training or a stage does not have yet, and short paths into them: setting something in one makes it. */
export function absentSections(owner: { readonly kind: string }, list: 'items' | 'body', items: readonly object[], parent: Place): Place[] {
  const present = items.flatMap((item) => ('kind' in item && item.kind === 'optimizer' ? [(item as OptimizerSection).name.text] : []));
  return optimizerSectionNames
    .filter((name) => !present.includes(name))
    .flatMap((name) => {
      const section = place({ name, what: sectionTitles[name], parent, span: parent.span }, (self) =>
        optimizerSections[name].map((setting) =>
          place({
            name: setting,
            what: 'a setting of the training',
            parent: self,
            span: parent.span,
            set: (changes, value) =>
              setInAbsent(changes, owner, list, name, { name: { text: setting, span: value.span }, value, span: value.span }),
          }),
        ),
      );
      return [section, ...(name === 'adam' ? section.children() : [])];
    });
}

function setInAbsent(changes: Changes, owner: object, list: 'items' | 'body', name: string, setting: OptimizerSetting): void {
  const { span } = setting;
  const made = changes
    .appendedTo(owner, list)
    .find(
      (item): item is OptimizerSection => (item as InsertedStatement).kind === 'optimizer' && (item as OptimizerSection).name.text === name,
    );
  const settings = made ? [...made.settings, setting] : [setting];
  const section: OptimizerSection = { kind: 'optimizer', name: { text: name, span }, settings, span };
  if (made) changes.replaceAppended(owner, list, made, section);
  else changes.append(owner, list, section);
}
