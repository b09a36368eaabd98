import type {
  BlockDeclaration,
  Expression,
  FunctionDeclaration,
  Import,
  Item,
  ModelDeclaration,
  NamespaceDeclaration,
  SourceFile,
  Statement,
} from '../ast.js';
import { printBody, printList } from './brackets.js';
import { printValue } from './expressions.js';
import type { Doc, SourceCursor } from './source-cursor.js';
import { printAssigned, printLet, printStatement, printStatements } from './statements.js';
import { printTraining } from './training.js';
import { printParameters } from './types.js';
import { printVariant } from './variants.js';

/** A whole file, behind a new line. An empty line follows the version and the imports, and parts declarations that have a body from their neighbours. */
export function printFile(cursor: SourceCursor, { version, items }: SourceFile): Doc {
  const parts: Doc[] = [];
  if (version) parts.push(cursor.nextStatement({ isFirst: true }), cursor.take('mfn'), ' ', cursor.takeLiteral());
  for (const [i, item] of items.entries()) {
    const before = items[i - 1];
    const isApart =
      before === undefined || (before.kind === 'import') !== (item.kind === 'import') || hasBody(cursor, before) || hasBody(cursor, item);
    parts.push(cursor.nextStatement({ isFirst: false, isApart }), printItem(cursor, item));
  }
  parts.push(cursor.commentsAtEnd({ isFirst: false, keepsBlankLines: true }));
  return parts;
}

function hasBody(cursor: SourceCursor, item: Item): boolean {
  switch (item.kind) {
    case 'block':
    case 'model':
    case 'training':
    case 'namespace':
    case 'variant':
      return true;
    case 'function':
      return isLong(cursor, item);
    case 'import':
    case 'let':
      return false;
  }
}

function printItem(cursor: SourceCursor, item: Item): Doc {
  switch (item.kind) {
    case 'import':
      return printImport(cursor, item);
    case 'block':
      return printBlock(cursor, item);
    case 'model':
      return printModel(cursor, item);
    case 'function':
      return printFunction(cursor, item);
    case 'namespace':
      return printNamespace(cursor, item);
    case 'training':
      return printTraining(cursor, item);
    case 'variant':
      return printVariant(cursor, item);
    case 'let':
      return printLet(cursor, item);
  }
}

function printImport(cursor: SourceCursor, { names }: Import): Doc {
  const print = ({ name, alias }: Import['names'][number]): Doc => [
    cursor.take(name.text),
    alias === undefined ? '' : [' ', cursor.take('as'), ' ', cursor.take(alias.text)],
  ];
  const word = [cursor.take('import'), ' '];
  const list = printList(cursor, ['{', '}'], names, print, { spaced: true });
  return [word, list, ' ', cursor.take('from'), ' ', cursor.takeLiteral()];
}

/** A block always shows its parameters, as it is always called: `Layer()`. */
function printBlock(cursor: SourceCursor, { name, parameters, body }: BlockDeclaration): Doc {
  const head = [cursor.take('block'), ' ', cursor.take(name.text)];
  const list = cursor.peek() === '(' ? printParameters(cursor, parameters) : '()';
  return [head, list, ' ', printStatements(cursor, body)];
}

/** A model without parameters has no parentheses. */
function printModel(cursor: SourceCursor, { name, parameters, body }: ModelDeclaration): Doc {
  const head = [cursor.take('model'), ' ', cursor.take(name.text)];
  let list: Doc = '';
  if (parameters.length > 0) list = printParameters(cursor, parameters);
  else if (cursor.peek() === '(') list = [cursor.skip('('), cursor.skip(')')];
  return [head, list, ' ', printStatements(cursor, body)];
}

/** The short form has its result behind `=`, on the next line where it does not fit; the long form has statements, then `return`. */
function printFunction(cursor: SourceCursor, { name, parameters, body, result }: FunctionDeclaration): Doc {
  const head = [cursor.take('function'), ' ', cursor.take(name.text), printParameters(cursor, parameters)];
  if (cursor.peek() === '=') return [head, printAssigned(cursor, result, { isResult: true })];
  const print = (statement: Statement | Expression): Doc =>
    statement === result ? [cursor.take('return'), ' ', printValue(cursor, result)] : printStatement(cursor, statement as Statement);
  return [head, ' ', printBody(cursor, [...body, result], print)];
}

function isLong(cursor: SourceCursor, { result }: FunctionDeclaration): boolean {
  return cursor.textBefore(result.span.start) === 'return';
}

function printNamespace(cursor: SourceCursor, { name, functions }: NamespaceDeclaration): Doc {
  const head = [cursor.take('namespace'), ' ', cursor.take(name.text), ' '];
  const standsApart = (item: FunctionDeclaration): boolean => isLong(cursor, item);
  return [head, printBody(cursor, functions, (item) => printFunction(cursor, item), { standsApart })];
}
