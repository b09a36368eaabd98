import type { NamePath, PathStep } from '../../1-parse/ast.js';
import { type Diagnostic, didYouMean, report } from '../../diagnostics/index.js';
import { indicesText, type PlaceContext } from './expression-places.js';
import { elementsOf, type Place, pathOf } from './place.js';

/** Most names that a message lists. */
const listed = 12;

/** The place that a name path leads to, or why it leads to none, or to several. */
export function findPlace(root: Place, path: NamePath, context: PlaceContext): Place | Diagnostic {
  let current = root;
  for (const [i, step] of path.steps.entries()) {
    const found = stepInto(current, step, context);
    const [first] = found;
    if (!first) return unknownPlace(current, step, i === 0, context);
    if (found.length > 1) return ambiguousPlace(found, path, i);
    current = first;
  }
  return current;
}

function stepInto(place: Place, step: PathStep, context: PlaceContext): readonly Place[] {
  const inside = matching(place.children(), step, context);
  // What a function returns names its parameters and `let`s, which the name alone means.
  const declared = step.indices.length > 0 ? [] : inside.filter(({ what }) => what === 'a parameter' || what === 'a `let`');
  if (declared.length === 1) return declared;
  return inside.length > 0 ? inside : matching(place.shortcuts?.() ?? [], step, context);
}

/**
 * The places that a step may mean. Brackets repeat the indices of the source; a number that is not among them is a position: among several
 * places of the name that of one, else that of an element in its list.
 */
function matching(places: readonly Place[], { name, indices }: PathStep, context: PlaceContext): readonly Place[] {
  let found = [...new Set(places)].filter((place) => place.name === name.text);
  let positions = indices;
  const [first] = indices;
  const exact = first ? found.filter((place) => place.indices === indicesText(first, context)) : [];
  if (exact.length > 0) {
    found = exact;
    positions = indices.slice(1);
  }
  for (const group of positions) {
    const [index] = group;
    const position = group.length === 1 && index?.kind === 'number' ? index.value : 0;
    const [only] = found;
    const candidates = found.length === 1 && only ? elementsOf(only) : found;
    found = candidates.slice(position - 1, position);
    if (position < 1) return [];
  }
  return found;
}

function unknownPlace(owner: Place, step: PathStep, isFirst: boolean, context: PlaceContext): Diagnostic {
  const places = [...owner.children(), ...(owner.shortcuts?.() ?? [])].filter((place) => place.name !== '');
  const names = [...new Set(places.map((place) => place.name))];
  const candidates = [...new Set(meant(owner, places, step))].slice(0, 3);
  const known = names.length > listed ? [] : names;
  const label = isFirst ? owner.span.file : pathOf(owner);
  const related = isFirst || owner.what === 'the training' ? [] : [{ message: `\`${label}\` is ${owner.what}`, span: owner.span }];
  const library = isFirst ? context.libraryModuleOf(step.name.text) : undefined;
  return report.unknownPath({ span: step.span, owner: label, name: context.textOf(step.span), library, candidates, known, related });
}

/** Paths that a step could have meant: those of its name but other brackets, of names that are near, or of its name further inside. */
function meant(owner: Place, places: readonly Place[], { name }: PathStep): string[] {
  const named = places.filter((place) => place.name === name.text);
  const [only, ...others] = named;
  const elements = only && others.length === 0 ? elementsOf(only) : [];
  if (named.length > 0) return (elements.length > 0 ? elements : named).map((place) => shortPath(place, owner));
  const near = didYouMean(
    name.text,
    places.map((place) => place.name),
  );
  const paths = near.flatMap((word) => places.filter((place) => place.name === word).map((place) => shortPath(place, owner)));
  return paths.length > 0 ? paths : inside(owner, name.text, depthOfSearch).map(pathOf);
}

/** Steps further inside in which a name is looked for. */
const depthOfSearch = 3;

function inside(owner: Place, name: string, depth: number): Place[] {
  if (depth === 0) return [];
  return owner.children().flatMap((child) => [...(child.name === name ? [child] : []), ...inside(child, name, depth - 1)]);
}

/** The path of a place without the steps that a shortcut saves. */
function shortPath(place: Place, owner: Place): string {
  const { parent } = place;
  if (!parent || owner.children().includes(place)) return pathOf(place);
  const own = `${place.name}${place.indices}`;
  if (owner.parent) return parent === owner || place.name === '' ? pathOf(place) : `${pathOf(owner)}.${own}`;
  if (parent.what === 'the model') return own;
  return parent.parent?.what === 'the training' && parent.what !== 'a stage' ? `training.${own}` : pathOf(place);
}

function ambiguousPlace(found: readonly Place[], path: NamePath, index: number): Diagnostic {
  const step = path.steps[index] as PathStep;
  const related = found.slice(0, 5).map((place) => ({ message: `\`${pathOf(place)}\`, ${place.what}`, span: place.span }));
  return report.ambiguousPath({ span: step.span, name: step.name.text, candidates: found.map(pathOf), related });
}
