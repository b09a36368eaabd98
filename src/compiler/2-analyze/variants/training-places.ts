import type { DataSection, Expression, StageDeclaration, TrainingDeclaration, TrainingItem } from '../../1-parse/ast.js';
import { sectionTitles } from '../training/optimizer-sections.js';
import type { Changes } from './changes.js';
import { type PlaceContext, partsOf } from './expression-places.js';
import { type Place, place } from './place.js';
import { namesBoundIn, renameWithin } from './rename.js';
import { absentSections, namesPlace, optimizerPlace, statementPlaces } from './statement-places.js';

/** The place of a training, and in it those of its data, its optimizer and its stages. */
export function trainingPlace(item: TrainingDeclaration, parent: Place, context: PlaceContext): Place {
  const self: Place = place(
    {
      name: 'training',
      what: 'the training',
      parent,
      span: item.model.span,
      node: item,
      list: 'a file',
      shortcuts: () => [...insideSections(self), ...absentSections(item, 'items', item.items, self)],
    },
    (inner) => item.items.flatMap((section) => sectionPlaces(section, item, inner, context)),
  );
  return self;
}

function sectionPlaces(section: TrainingItem, training: TrainingDeclaration, parent: Place, context: PlaceContext): Place[] {
  switch (section.kind) {
    case 'let':
      return statementPlaces([section], { parent, list: 'a training', scope: () => [training.items] }, context);
    case 'optimizer':
      return [optimizerPlace(section, parent, 'a training', context)];
    case 'data':
      return [dataPlace(section, training, parent, context)];
    case 'stage':
      return [stagePlace(section, parent, context)];
  }
}

/** `training.batch` is short for `training.data.batch`, `training.rate` for `training.adam.rate`. */
const insideSections = (owner: Place): Place[] =>
  owner
    .children()
    .filter(({ what }) => what === 'a data section' || what === sectionTitles.adam)
    .flatMap((section) => section.children());

function dataPlace(section: DataSection, training: TrainingDeclaration, parent: Place, context: PlaceContext): Place {
  const { patch, batch, span } = section;
  return place({ name: 'data', what: 'a data section', parent, list: 'a training', span, node: section }, (self) => [
    ...section.streams.map((stream) =>
      place({ name: stream.kind, what: 'a stream', parent: self, list: 'a data section', span: stream.span, node: stream }),
    ),
    ...section.streams.flatMap((stream) =>
      stream.names.map((name) =>
        place({
          name: name.text,
          what: 'a name of a stream',
          parent: self,
          list: 'a list of names',
          span: name.span,
          node: name,
          rename: (changes, to, at) => {
            changes.replace(name, [{ text: to, span: at }]);
            renameWithin(
              changes,
              training.items.filter((item) => item.kind === 'stage' && !namesBoundIn(item).has(name.text)),
              name.text,
              to,
              at,
            );
          },
        }),
      ),
    ),
    place(
      {
        name: 'patch',
        what: 'the size of a patch',
        parent: self,
        span: patch?.span ?? span,
        value: patch && {
          kind: 'list',
          elements: [patch.height, patch.width].map((value) => ({ kind: 'element', value, span: value.span })),
          span: patch.span,
        },
        set: (changes, value) => setPatch(section, changes, value),
        objection: patchObjection,
      },
      (size) =>
        [patch?.height, patch?.width].flatMap((value) =>
          value ? [place({ name: '', what: 'a side of a patch', parent: size, span: value.span, value, elementOf: size.value })] : [],
        ),
    ),
    place(
      {
        name: 'batch',
        what: 'the size of a batch',
        parent: self,
        span: batch?.span ?? span,
        value: batch?.value,
        ...(!batch && { set: (changes: Changes, value: Expression) => changes.field(section, 'batch', { value, span: value.span }) }),
      },
      (size) => (batch ? partsOf(batch.value, size, context) : []),
    ),
    namesPlace('augment', 'the augmentations', section.augmentations, self, {
      remove: (changes) => changes.field(section, 'augmentations', []),
    }),
  ]);
}

/** The sides of a patch that is given as a list of a height and a width. */
function sidesOf(value: Expression): readonly [Expression, Expression] | undefined {
  const [height, width, more] = value.kind === 'list' ? value.elements : [];
  return height?.kind === 'element' && width?.kind === 'element' && !more ? [height.value, width.value] : undefined;
}

function setPatch(section: DataSection, changes: Changes, value: Expression): void {
  const sides = sidesOf(value);
  if (sides) changes.field(section, 'patch', { height: sides[0], width: sides[1], span: value.span });
}

function patchObjection(value: Expression): { readonly expected: string; readonly found: string } | undefined {
  if (sidesOf(value)) return undefined;
  const found = value.kind === 'list' ? `a list of ${value.elements.length}` : 'something else';
  return { expected: 'a list of a height and a width, `[96, 96]`', found };
}

function stagePlace(item: StageDeclaration, parent: Place, context: PlaceContext): Place {
  const { duration } = item;
  const self: Place = place(
    {
      name: item.name.text,
      what: 'a stage',
      parent,
      list: 'a training',
      span: item.name.span,
      node: item,
      rename: (changes, to, at) => changes.field(item, 'name', { text: to, span: at }),
      shortcuts: () => [
        ...insideSections(self),
        ...absentSections(item, 'body', item.body, self),
        ...(['epochs', 'steps'] as const).map((unit) =>
          place({
            name: unit,
            what: 'the duration of a stage',
            parent: self,
            span: duration.span,
            value: duration.unit === unit ? duration.amount : undefined,
            set: (changes, amount) => changes.field(item, 'duration', { amount, unit, span: amount.span }),
          }),
        ),
      ],
    },
    (inner) => statementPlaces(item.body, { parent: inner, list: 'a stage', scope: () => [item.body] }, context),
  );
  return self;
}
