import type { Edit, Expression, InsertedStatement, Insertion, PipeStage, SourceFile } from '../../1-parse/ast.js';
import { type Diagnostic, report, type Span } from '../../diagnostics/index.js';
import { Changes } from './changes.js';
import { contradictionsIn, type PlacedEdit } from './contradictions.js';
import type { PlaceContext } from './expression-places.js';
import { filePlace } from './file-places.js';
import { findPlace } from './find-place.js';
import { type ListKind, type Place, pathOf } from './place.js';
import { type ReplacementContext, replaceBlock } from './replace-block.js';
import { differenceOfKinds } from './value-kind.js';

export interface EditResult {
  readonly file: SourceFile;
  /** The imported files that the edits reach into, as they have become. */
  readonly imported: readonly SourceFile[];
  readonly diagnostics: readonly Diagnostic[];
}

/**
 * Applies edits to a source tree. Their paths are all those of the tree as given, so their order says nothing, except that what is inserted at
 * one place stands in the order of the edits.
 */
export function applyEdits(file: SourceFile, edits: readonly Edit[], context: PlaceContext & ReplacementContext): EditResult {
  const diagnostics: Diagnostic[] = [];
  const root = filePlace(file, context);
  const placed = edits.flatMap((edit): PlacedEdit[] => {
    const path =
      edit.kind === 'replace-block'
        ? { steps: [{ name: edit.block, indices: [], span: edit.block.span }], span: edit.block.span }
        : edit.path;
    const place = findPlace(root, path, context);
    if (!('code' in place)) return [{ edit, place }];
    diagnostics.push(place);
    return [];
  });
  const changes = new Changes();
  const possible = placed.filter(({ edit, place }) => {
    const problem = edit.kind === 'replace-block' ? replaceBlock(edit, place, file, changes, context) : applyEdit(edit, place, changes);
    if (problem) diagnostics.push(problem);
    return !problem;
  });
  diagnostics.push(...contradictionsIn(possible));
  if (diagnostics.length > 0) return { file, imported: [], diagnostics };
  const imported = context.importedFiles().flatMap((source) => {
    const changed = changes.apply(source);
    return changed === source ? [] : [changed];
  });
  return { file: changes.apply(file), imported, diagnostics };
}

function applyEdit(edit: Exclude<Edit, { kind: 'replace-block' }>, place: Place, changes: Changes): Diagnostic | undefined {
  const { span } = edit.path;
  switch (edit.kind) {
    case 'set': {
      const difference = place.objection ? place.objection(edit.value) : place.value && differenceOfKinds(place.value, edit.value);
      if (difference) {
        const related = [{ message: 'its value stands here', span: place.value?.span ?? place.span }];
        return report.settingOfOtherKind({ span: edit.value.span, path: pathOf(place), ...difference, related });
      }
      return setValue(place, edit.value, changes) ? undefined : impossible(place, span, 'has no value to set', valueHint(place));
    }
    case 'remove':
      return remove(place, changes) ? undefined : impossible(place, span, 'cannot be removed', place.advice);
    case 'rename':
      if (!place.rename) return impossible(place, span, 'has no name of its own to change', place.advice);
      place.rename(changes, edit.to.text, edit.to.span);
      return undefined;
    case 'insert':
      if (!place.list || place.list === 'a file' || !(place.node || place.insert)) {
        const hint = place.list === 'a file' ? 'declarations of a variant stand beside it in its file' : place.advice;
        return impossible(place, span, 'is no place to insert at', hint);
      }
      return withNodes(edit.content, place, place.list, (nodes) => {
        if (nodes.length > 0) place.shift?.(changes, edit.where);
        if (place.insert) place.insert(changes, edit.where, nodes);
        else changes.insert(edit.where, place.node as object, nodes);
      });
    case 'replace':
      return edit.by.kind === 'expression'
        ? replaceByExpression(place, edit.by.value, span, changes)
        : replaceByNodes(place, edit.by, span, changes);
  }
}

const valueHint = (place: Place): string | undefined =>
  (place.advice ?? place.what === 'a block') ? `\`replace block ${place.name} by ...\` puts another in its place` : undefined;

function impossible(place: Place, span: Span, why: string, hint?: string): Diagnostic {
  const related = [{ message: `\`${pathOf(place)}\` is ${place.what}`, span: place.span }];
  return report.editNotPossible({ span, path: pathOf(place), what: place.what, why, hint, related });
}

function setValue(place: Place, value: Expression, changes: Changes): boolean {
  if (place.set) place.set(changes, value);
  else if (place.value) changes.replace(place.value, [value]);
  return place.set !== undefined || place.value !== undefined;
}

function remove(place: Place, changes: Changes): boolean {
  const isRemovable =
    place.remove !== undefined || (place.node !== undefined && (place.list !== undefined || place.what === 'an argument'));
  if (place.remove) place.remove(changes);
  else if (isRemovable) {
    place.shift?.(changes, 'here');
    changes.replace(place.node as object, []);
  }
  return isRemovable;
}

function replaceByNodes(place: Place, by: Insertion, span: Span, changes: Changes): Diagnostic | undefined {
  const { list, node } = place;
  if (!node || !list || list === 'a file') return impossible(place, span, 'cannot be replaced by what stands in braces', valueHint(place));
  return withNodes(by, place, list, (nodes) => {
    place.shift?.(changes, 'here');
    changes.replace(node, nodes);
  });
}

/** An expression takes the place of a value; of a link or a name, it becomes one. */
function replaceByExpression(place: Place, value: Expression, span: Span, changes: Changes): Diagnostic | undefined {
  const { list, node } = place;
  if (list === 'a pipe' && node) {
    changes.replace(node, linksOf(value, (node as PipeStage).label));
    return undefined;
  }
  if (list === 'a list of names' && node) {
    const by: Insertion = { kind: 'elements', elements: [{ kind: 'element', value, span: value.span }], span: value.span };
    return withNodes(by, place, list, (nodes) => changes.replace(node, nodes));
  }
  return setValue(place, value, changes) ? undefined : impossible(place, span, 'cannot be replaced by an expression', valueHint(place));
}

/** The links that an expression in the place of a link stands for; a single one keeps the label, and with it the paths of weights. */
function linksOf(value: Expression, label: PipeStage['label']): PipeStage[] {
  if (value.kind === 'pipe') return [...linksOf(value.input, undefined), value.stage];
  return [{ kind: 'apply', callee: value, ...(label && { label }), span: value.span }];
}

/** Hands on the nodes of an insertion as the list holds them; a diagnostic where they do not fit it. */
function withNodes(content: Insertion, place: Place, list: ListKind, use: (nodes: readonly object[]) => void): Diagnostic | undefined {
  const nodes = nodesFor(content, list);
  if (Array.isArray(nodes)) use(nodes);
  else {
    const related = [{ message: `\`${pathOf(place)}\` is ${place.what}`, span: place.span }];
    const { what, span } = nodes as Misfit;
    return report.insertionMisfit({ span, what, list, expected: contents[list], related });
  }
  return undefined;
}

/** What does not fit into a list. */
interface Misfit {
  readonly what: string;
  readonly span: Span;
}

const contents: Readonly<Record<ListKind, string>> = {
  'a block': 'statements of a block',
  'a function': '`let`s',
  'a list of parameters': 'parameters, as `{ depth: int = 3 }`',
  'a training': '`data`, optimisers, `let`s and stages',
  'a stage': 'statements of a stage',
  'a data section': '`pair` and `unpaired`',
  'an optimiser': 'settings, as `beta1 = 0.5`',
  'a list': 'elements, as `{ a, for i in 1..2: b[i] }`',
  'a pipe': 'links, as `{ |> relu }`',
  'a list of names': 'names, as `{ deg, reg }`',
  'a file': 'declarations',
};

const statementsOf: Partial<Record<ListKind, readonly InsertedStatement['kind'][]>> = {
  'a block': ['port', 'weight', 'statistic', 'update', 'let', 'assign', 'for'],
  'a function': ['let'],
  'a training': ['data', 'optimizer', 'let', 'stage'],
  'a stage': ['let', 'assign', 'for', 'frozen', 'optimizer', 'minimize', 'log'],
  'a data section': ['pair', 'unpaired'],
  'an optimiser': ['assign'],
};

function nodesFor(content: Insertion, list: ListKind): readonly object[] | Misfit {
  if (content.kind === 'links') return list === 'a pipe' ? content.links : { what: 'links of a pipe', span: content.span };
  if (content.kind === 'parameters')
    return list === 'a list of parameters' ? content.parameters : { what: 'parameters', span: content.span };
  if (content.kind === 'elements') {
    if (list === 'a list') return content.elements;
    if (list !== 'a list of names') return { what: 'elements of a list', span: content.span };
    const other = content.elements.find((element) => element.kind !== 'element' || element.value.kind !== 'name');
    if (other) return { what: 'an expression', span: other.span };
    return content.elements.flatMap((element) => (element.kind === 'element' && element.value.kind === 'name' ? [element.value.name] : []));
  }
  if (content.statements.length === 0) return [];
  const allowed = statementsOf[list] ?? [];
  const other = content.statements.find((statement) => !allowed.includes(statement.kind));
  if (other) return { what: wordFor(other), span: other.span };
  return list === 'an optimiser' ? content.statements.map(asSetting) : content.statements;
}

function asSetting(statement: InsertedStatement): object {
  if (statement.kind !== 'assign') return statement;
  const { target: name, value, span } = statement;
  return { name, value, span };
}

function wordFor(statement: InsertedStatement): string {
  const words: Partial<Record<InsertedStatement['kind'], string>> = {
    let: 'a `let`',
    port: 'a port',
    weight: 'a weight',
    statistic: 'a statistic',
    update: 'an update',
    assign: 'a statement',
    for: 'a `for`',
    data: 'a data section',
    optimizer: 'an optimiser',
    stage: 'a stage',
    log: 'a logged value',
    minimize: 'a loss',
    frozen: 'a `frozen`',
  };
  return words[statement.kind] ?? `\`${statement.kind}\``;
}
