import type { Edit, SourceFile } from '../../1-parse/ast.js';
import type { Diagnostic, RelatedPlace, Span } from '../../diagnostics/index.js';
import type { Amendment } from './chain.js';
import type { OverrideSource } from './overrides.js';

const isInside = (inner: Span, outer: Span): boolean => inner.file === outer.file && inner.start >= outer.start && inner.end <= outer.end;

const isOfEdits = ({ code }: Diagnostic): boolean => code.startsWith('MFN6');

/** A diagnostic of a variant with a place for each variant that leads to it: the edit that it comes from, as far as that can be told, or else the variant itself. */
export function withAmendments(diagnostic: Diagnostic, amendments: readonly Amendment[], base: SourceFile): Diagnostic {
  // What is wrong with an edit itself is shown already, and what comes before it has no part in it.
  const own = isOfEdits(diagnostic) ? amendments.findIndex(({ variant }) => isInside(diagnostic.span, variant.span)) : -1;
  const frames = amendments
    .slice(own + 1)
    .map(({ variant }): RelatedPlace => {
      const edit = editBehind(diagnostic, variant.edits, base);
      return { message: `in variant "${variant.name.value}" of ${variant.base.value}`, span: edit?.span ?? variant.name.span };
    })
    .reverse();
  return { ...diagnostic, related: [...diagnostic.related, ...frames] };
}

/**
 * The edit that put the place of a diagnostic, or one related to it, into the program; else one whose path the message names at both ends; else the one of the
 * declaration around it that changes what the message names, or the only one of that declaration.
 */
function editBehind({ span, related, message }: Diagnostic, edits: readonly Edit[], base: SourceFile): Edit | undefined {
  const places = [span, ...related.map((place) => place.span)];
  const holding = places.flatMap((place) => edits.find((edit) => isInside(place, edit.span)) ?? []);
  if (holding[0]) return holding[0];
  const names = (edit: Edit, step: 0 | -1): boolean =>
    edit.kind !== 'replace-block' && message.includes(`\`${edit.path.steps.at(step)?.name.text}\``);
  const both = edits.find((edit) => edit.kind !== 'replace-block' && edit.path.steps.length > 1 && names(edit, 0) && names(edit, -1));
  if (both) return both;
  const around = base.items.find((item) => isInside(span, item.span));
  if (!around || around.kind === 'import' || around.kind === 'variant') return undefined;
  const name = around.kind === 'training' ? 'training' : around.name.text;
  const inside = edits.flatMap((edit) => (edit.kind !== 'replace-block' && edit.path.steps[0]?.name.text === name ? [edit] : []));
  const naming = inside.find((edit) => names(edit, -1));
  return naming ?? (inside.length === 1 ? inside[0] : undefined);
}

/** A diagnostic with the overrides that it comes from, unless it points at one of them itself. */
export function withOverrides(diagnostic: Diagnostic, overrides: readonly OverrideSource[]): Diagnostic {
  if (overrides.some(({ file }) => file === diagnostic.span.file)) return diagnostic;
  const frames = overrides.flatMap(({ edits }) => edits.map(({ span }) => ({ message: 'with the value given here', span })));
  return { ...diagnostic, related: [...diagnostic.related, ...frames] };
}
