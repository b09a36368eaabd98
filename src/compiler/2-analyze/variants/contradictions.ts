import type { Edit } from '../../1-parse/ast.js';
import { type Diagnostic, report } from '../../diagnostics/index.js';
import { isWithin, type Place, pathOf } from './place.js';

/** An edit with the place that its path leads to. */
export interface PlacedEdit {
  readonly edit: Edit;
  readonly place: Place;
}

/** Edits that cannot both be meant: two values or names for one place, and edits inside what another one takes away. */
export function contradictionsIn(edits: readonly PlacedEdit[]): Diagnostic[] {
  return edits.flatMap((second, i) => {
    const first = edits.slice(0, i).find((earlier) => contradict(earlier, second) || contradict(second, earlier));
    if (!first) return [];
    const related = [{ message: `\`${wordsOf(first)}\` stands here`, span: first.edit.span }];
    return [report.contradictingEdits({ span: second.edit.span, first: wordsOf(first), second: wordsOf(second), related })];
  });
}

/** Whether the first edit leaves the second one nothing to act on. */
function contradict(first: PlacedEdit, second: PlacedEdit): boolean {
  if (!isWithin(second.place, first.place)) return false;
  const isSame = first.place === second.place;
  switch (first.edit.kind) {
    case 'rename':
      return isSame && second.edit.kind === 'rename';
    case 'insert':
      return false;
    case 'set':
      return isSame ? second.edit.kind !== 'insert' && second.edit.kind !== 'rename' : true;
    default:
      return isSame ? second.edit.kind !== 'insert' : true;
  }
}

function wordsOf({ edit, place }: PlacedEdit): string {
  if (edit.kind === 'replace-block') return `replace block ${place.name}`;
  return edit.kind === 'insert' ? `insert ${edit.where} ${pathOf(place)}` : `${edit.kind} ${pathOf(place)}`;
}
