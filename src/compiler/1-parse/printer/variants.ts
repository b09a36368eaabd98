import { builders } from 'prettier/doc';
import type { Edit, InsertedStatement, Insertion, NamePath, VariantDeclaration } from '../ast.js';
import { printBody, printList } from './brackets.js';
import { printElement, printIndices, printLinks, printValue } from './expressions.js';
import type { Doc, SourceCursor } from './source-cursor.js';
import { printAssigned, printLoneStatement, printStatement, weightColumns } from './statements.js';
import { printData, printStage, printStageStatement, printStream } from './training.js';
import { printParameter } from './types.js';

const { group, indent, line } = builders;

export function printVariant(cursor: SourceCursor, { edits }: VariantDeclaration): Doc {
  const head = [cursor.take('variant'), ' ', cursor.takeLiteral(), ' ', cursor.take('of'), ' ', cursor.takeLiteral(), ' '];
  return [head, printBody(cursor, edits, (edit) => printEdit(cursor, edit))];
}

function printEdit(cursor: SourceCursor, edit: Edit): Doc {
  switch (edit.kind) {
    case 'set':
      return [cursor.take('set'), ' ', printPath(cursor, edit.path), printAssigned(cursor, edit.value)];
    case 'replace': {
      const head = [cursor.take('replace'), ' ', printPath(cursor, edit.path), ' ', cursor.take('by'), ' '];
      return [head, edit.by.kind === 'expression' ? printValue(cursor, edit.by.value) : printInsertion(cursor, edit.by)];
    }
    case 'replace-block': {
      const head = [cursor.take('replace'), ' ', cursor.take('block'), ' ', cursor.take(edit.block.text), ' ', cursor.take('by'), ' '];
      return [head, printValue(cursor, edit.by)];
    }
    case 'remove':
      return [cursor.take('remove'), ' ', printPath(cursor, edit.path)];
    case 'insert': {
      const head = [cursor.take('insert'), ' ', cursor.take(edit.where), ' ', printPath(cursor, edit.path), ' '];
      return [head, printInsertion(cursor, edit.content)];
    }
    case 'rename':
      return [cursor.take('rename'), ' ', printPath(cursor, edit.path), ' ', cursor.take('to'), ' ', cursor.take(edit.to.text)];
  }
}

function printPath(cursor: SourceCursor, { steps }: NamePath): Doc {
  return steps.map(({ name, indices }, i): Doc => {
    const head = [i === 0 ? '' : cursor.take('.'), cursor.take(name.text)];
    return [head, indices.map((between) => printIndices(cursor, between))];
  });
}

/** What stands in the braces: on one line where it fits and is no more than one statement. */
function printInsertion(cursor: SourceCursor, insertion: Insertion): Doc {
  switch (insertion.kind) {
    case 'elements':
      return printList(cursor, ['{', '}'], insertion.elements, (element) => printElement(cursor, element), { spaced: true });
    case 'parameters':
      return printList(cursor, ['{', '}'], insertion.parameters, (parameter) => printParameter(cursor, parameter), { spaced: true });
    case 'links': {
      const opening = cursor.take('{');
      const links = printLinks(cursor, insertion.links);
      const comments = cursor.commentsAtEnd({ isFirst: false, keepsBlankLines: false });
      return group([opening, indent([links, comments]), cursor.line(line), cursor.take('}')]);
    }
    case 'statements': {
      const { statements } = insertion;
      const columns = weightColumns(cursor, statements);
      const print = (statement: InsertedStatement): Doc => printInserted(cursor, statement, columns);
      const [only] = statements;
      if (only === undefined || statements.length > 1 || only.kind === 'stage' || only.kind === 'for')
        return printBody(cursor, statements, print);
      return printLoneStatement(cursor, () => print(only));
    }
  }
}

function printInserted(cursor: SourceCursor, statement: InsertedStatement, columns: ReturnType<typeof weightColumns>): Doc {
  switch (statement.kind) {
    case 'port':
    case 'weight':
    case 'statistic':
    case 'update':
    case 'let':
    case 'assign':
    case 'for':
      return printStatement(cursor, statement, columns);
    case 'frozen':
    case 'minimize':
    case 'log':
    case 'optimizer':
      return printStageStatement(cursor, statement);
    case 'stage':
      return printStage(cursor, statement);
    case 'data':
      return printData(cursor, statement);
    case 'pair':
    case 'unpaired':
      return printStream(cursor, statement);
  }
}
