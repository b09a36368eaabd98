import type { Edit, Expression, Parameter, SourceFile } from '../../1-parse/ast.js';
import { type Diagnostic, report, type Span } from '../../diagnostics/index.js';
import type { DefaultUse } from '../elaborate/default-use.js';
import { type Place, pathOf } from './place.js';

/** Most arguments that a message names. */
const shown = 3;

/**
 * Warnings of edits that set the default of a parameter which nothing takes, as all calls of its block or function have an argument for it.
 * @param files the trees with the edits in them
 * @param places of the edited source, for the paths of these arguments
 */
export function setsWithoutEffect(
  edits: readonly Edit[],
  files: readonly SourceFile[],
  defaults: DefaultUse,
  places: () => Place,
): Diagnostic[] {
  const owners = new Map<Expression, { readonly parameter: Parameter; readonly owner: string }>();
  for (const { items } of files) {
    for (const item of items) {
      const declarations = item.kind === 'namespace' ? item.functions : item.kind === 'block' || item.kind === 'function' ? [item] : [];
      for (const { name, parameters } of declarations)
        for (const parameter of parameters) if (parameter.default) owners.set(parameter.default, { parameter, owner: name.text });
    }
  }
  return edits.flatMap((edit) => {
    const set = edit.kind === 'set' ? owners.get(edit.value) : undefined;
    const passed = edit.kind === 'set' ? defaults.argumentsInsteadOf(edit.value) : undefined;
    if (!set || !passed || edit.kind !== 'set') return [];
    const { parameter, owner } = set;
    const [name, first] = [parameter.name.text, passed.slice(0, shown)];
    return [
      report.setWithoutEffect({
        span: edit.path.span,
        path: `${owner}.${name}`,
        why: passed.length > 0 ? `every use of \`${owner}\` passes \`${name}\`` : `nothing uses \`${owner}\``,
        arguments: argumentPaths(places(), first),
        related: first.map((span) => ({ message: `\`${name}\` is passed here`, span })),
      }),
    ];
  });
}

/** The paths of the arguments whose values stand at these places. */
function argumentPaths(place: Place, spans: readonly Span[]): string[] {
  const isWanted = ({ file, start, end }: Span): boolean =>
    spans.some((span) => span.file === file && span.start === start && span.end === end);
  return place
    .children()
    .flatMap((child) => [
      ...(child.what === 'an argument' && child.value && isWanted(child.value.span) ? [pathOf(child)] : []),
      ...argumentPaths(child, spans),
    ]);
}
