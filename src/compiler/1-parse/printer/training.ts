import { builders } from 'prettier/doc';
import type {
  DataSection,
  DataStream,
  Expression,
  Name,
  OptimizerSection,
  StageDeclaration,
  StageStatement,
  TrainingDeclaration,
  TrainingItem,
} from '../ast.js';
import { printBody, printList } from './brackets.js';
import { printValue } from './expressions.js';
import type { Doc, SourceCursor } from './source-cursor.js';
import { printAssign, printAssigned, printFor, printLet } from './statements.js';

const { group, ifBreak, indent, line } = builders;

export function printTraining(cursor: SourceCursor, { model, items }: TrainingDeclaration): Doc {
  const head = [cursor.take('training'), ' ', cursor.take('of'), ' ', cursor.take(model.text), ' '];
  return [head, printBody(cursor, items, (item) => printItem(cursor, item), { standsApart: ({ kind }) => kind === 'stage' })];
}

function printItem(cursor: SourceCursor, item: TrainingItem): Doc {
  switch (item.kind) {
    case 'data':
      return printData(cursor, item);
    case 'optimizer':
      return printOptimizer(cursor, item);
    case 'stage':
      return printStage(cursor, item);
    case 'let':
      return printLet(cursor, item);
  }
}

/** Items on one line where they fit, two spaces between them, else a line for each. */
function printSettings(cursor: SourceCursor, settings: readonly (() => Doc)[]): Doc {
  const opening = cursor.take('{');
  if (settings.length === 0) {
    const comments = cursor.commentsAtEnd({ isFirst: true, keepsBlankLines: false });
    return [opening, indent(comments), cursor.line(''), cursor.take('}')];
  }
  const contents = settings.map((print, i): Doc => [i === 0 ? '' : ifBreak('', ' '), cursor.line(line), print()]);
  const comments = cursor.commentsAtEnd({ isFirst: false, keepsBlankLines: false });
  return group([opening, indent([contents, comments]), cursor.line(line), cursor.take('}')]);
}

export function printData(cursor: SourceCursor, { streams, patch, batch, augmentations }: DataSection): Doc {
  const settings = streams.map((stream) => ({ start: stream.span.start, print: () => printStream(cursor, stream) }));
  if (patch) settings.push({ start: patch.span.start, print: () => printPatch(cursor, patch) });
  if (batch) settings.push({ start: batch.span.start, print: () => [cursor.take('batch'), ' ', printValue(cursor, batch.value)] });
  const [first] = augmentations;
  if (first) settings.push({ start: first.span.start, print: () => [cursor.take('augment'), ' ', printNames(cursor, augmentations)] });
  settings.sort((a, b) => a.start - b.start);
  const word = [cursor.take('data'), ' '];
  return [
    word,
    printSettings(
      cursor,
      settings.map(({ print }) => print),
    ),
  ];
}

export function printStream(cursor: SourceCursor, { kind, names }: DataStream): Doc {
  return [cursor.take(kind), printList(cursor, ['(', ')'], names, (name) => cursor.take(name.text))];
}

function printPatch(cursor: SourceCursor, { height, width }: { readonly height: Expression; readonly width: Expression }): Doc {
  return [cursor.take('patch'), ' ', printValue(cursor, height), ' ', cursor.take('x'), ' ', printValue(cursor, width)];
}

/** Names with commas between them, without brackets. */
function printNames(cursor: SourceCursor, names: readonly Name[]): Doc {
  return names.map((name, i): Doc => [i === 0 ? '' : [cursor.take(','), ' '], cursor.take(name.text)]);
}

function printOptimizer(cursor: SourceCursor, { name, settings }: OptimizerSection): Doc {
  const head = [cursor.take(name.text), ' '];
  const printers = settings.map((setting) => (): Doc => [cursor.take(setting.name.text), printAssigned(cursor, setting.value)]);
  return [head, printSettings(cursor, printers)];
}

export function printStage(cursor: SourceCursor, { name, duration, body }: StageDeclaration): Doc {
  const head = [cursor.take('stage'), ' ', cursor.take(name.text), ' ', cursor.take('for'), ' '];
  const length = [printValue(cursor, duration.amount), ' ', cursor.take(duration.unit), ' '];
  return [head, length, printBody(cursor, body, (statement) => printStageStatement(cursor, statement))];
}

export function printStageStatement(cursor: SourceCursor, statement: StageStatement): Doc {
  switch (statement.kind) {
    case 'let':
      return printLet(cursor, statement);
    case 'assign':
      return printAssign(cursor, statement);
    case 'for':
      return printFor(cursor, statement);
    case 'frozen':
      return [cursor.take('frozen'), ' ', printNames(cursor, statement.names)];
    case 'optimizer':
      return printOptimizer(cursor, statement);
    case 'minimize': {
      const head = [cursor.take('minimize'), ' ', cursor.take(statement.loss.text), ' ', cursor.take('over'), ' '];
      return [head, printNames(cursor, statement.over), printAssigned(cursor, statement.value)];
    }
    case 'log':
      return [cursor.take('log'), ' ', cursor.take(statement.name.text), printAssigned(cursor, statement.value)];
  }
}
