import type { Expression } from '../../1-parse/ast.js';
import type { Span } from '../../diagnostics/index.js';
import type { Changes } from './changes.js';

/** A list in the source tree, by what may stand in it. */
export type ListKind =
  | 'a block'
  | 'a function'
  | 'a list of parameters'
  | 'a training'
  | 'a stage'
  | 'a data section'
  | 'an optimiser'
  | 'a list'
  | 'a pipe'
  | 'a list of names'
  | 'a file';

/** What a name path can lead to. */
export interface Place {
  /** The name that a step of a path gives; '' for what has a position only. */
  readonly name: string;
  /** Its indices as they are written, `[j, i]`, or ''. */
  readonly indices: string;
  /** What messages call it: 'a block', 'a stage', 'the weight'. */
  readonly what: string;
  readonly parent: Place | undefined;
  /** Where it stands; of what the source leaves out, where it would stand. */
  readonly span: Span;
  /** The node that it is: what is removed, replaced, and inserted beside. Undefined for what the source leaves out. */
  readonly node: object | undefined;
  /** The list that holds the node; undefined where nothing can stand beside it. */
  readonly list?: ListKind | undefined;
  /** The expression that gives its value. */
  readonly value?: Expression | undefined;
  /** What is inside, made when it is asked for, once. */
  readonly children: () => readonly Place[];
  /** Places further inside that a path may also reach from here, where no child has the name. */
  readonly shortcuts?: (() => readonly Place[]) | undefined;
  /** The list expression that it is an element of. */
  readonly elementOf?: Expression | undefined;
  /** Gives it another value where that takes more than putting an expression in the place of `value`. */
  readonly set?: ((changes: Changes, value: Expression) => void) | undefined;
  /** What is wrong with a value for it, where its kind is not all: what it has to be, and what this one is. */
  readonly objection?: ((value: Expression) => { readonly expected: string; readonly found: string } | undefined) | undefined;
  /** What an edit has to do first that takes it away or puts something into its place or before it: what follows it in its list moves. */
  readonly shift?: ((changes: Changes, where: 'before' | 'after' | 'here') => void) | undefined;
  /** Puts nodes beside it where it is no node of a list itself. */
  readonly insert?: ((changes: Changes, where: 'before' | 'after', nodes: readonly object[]) => void) | undefined;
  /** What else can be done where an edit is not possible. */
  readonly advice?: string | undefined;
  /** Takes it away where that takes more than taking `node` out of its list. */
  readonly remove?: ((changes: Changes) => void) | undefined;
  /** Gives it another name; undefined where it has none of its own. */
  readonly rename?: ((changes: Changes, to: string, span: Span) => void) | undefined;
}

/** Puts a place together, with children that are made once. */
export function place(
  properties: Pick<Place, 'name' | 'what' | 'parent' | 'span'> & Partial<Place>,
  children: (self: Place) => readonly Place[] = () => [],
): Place {
  let made: readonly Place[] | undefined;
  let shortcuts: readonly Place[] | undefined;
  const self: Place = {
    indices: '',
    node: undefined,
    ...properties,
    children: () => {
      made ??= children(self);
      return made;
    },
    shortcuts:
      properties.shortcuts &&
      (() => {
        shortcuts ??= properties.shortcuts?.() ?? [];
        return shortcuts;
      }),
  };
  return self;
}

/** The list whose elements a position behind a name counts: the value itself, or what goes into its pipe. */
export function listIn(value: Expression | undefined): Expression | undefined {
  if (value?.kind === 'pipe') return listIn(value.input);
  return value?.kind === 'list' ? value : undefined;
}

/** The elements of a place's list, in order. */
export function elementsOf(place: Place): readonly Place[] {
  const list = listIn(place.value);
  return list === undefined ? [] : place.children().filter((child) => child.elementOf === list);
}

/** The path of a place from its file, as it is written. */
export function pathOf(place: Place): string {
  const { parent } = place;
  if (!parent) return place.name;
  const before = parent.parent ? pathOf(parent) : '';
  const siblings = parent.children();
  if (place.name === '') return `${before}[${elementsOf(parent).indexOf(place) + 1}]`;
  const alike = siblings.filter((other) => other.name === place.name && other.indices === place.indices);
  const position = alike.length > 1 ? `[${alike.indexOf(place) + 1}]` : '';
  return `${before === '' ? '' : `${before}.`}${place.name}${place.indices}${position}`;
}

/** Whether a place is another one or inside it. */
export function isWithin(place: Place, other: Place): boolean {
  for (let current: Place | undefined = place; current; current = current.parent) if (current === other) return true;
  return false;
}
