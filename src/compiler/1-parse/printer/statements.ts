import { builders } from 'prettier/doc';
import type {
  AssignStatement,
  Expression,
  ForStatement,
  InsertedStatement,
  LetStatement,
  PortStatement,
  Statement,
  StatisticStatement,
  UpdateStatement,
  WeightStatement,
} from '../ast.js';
import { printBody } from './brackets.js';
import { hugsItsEnd, printIndices, printValue } from './expressions.js';
import type { Doc, SourceCursor } from './source-cursor.js';
import { printDimensions, printType } from './types.js';

const { group, indent, line } = builders;

/** The statements of a block or model. */
export function printStatements(cursor: SourceCursor, statements: readonly Statement[]): Doc {
  const columns = weightColumns(cursor, statements);
  return printBody(cursor, statements, (statement) => printStatement(cursor, statement, columns));
}

/** Lengths of the names of weights and statistics, each the longest of those declared line below line: their shapes stand below each other. */
export function weightColumns(cursor: SourceCursor, statements: readonly InsertedStatement[]): ReadonlyMap<InsertedStatement, number> {
  const columns = new Map<InsertedStatement, number>();
  for (let i = 0; i < statements.length; ) {
    const run: (WeightStatement | StatisticStatement)[] = [];
    const kind = statements[i]?.kind;
    for (let next = statements[i]; (next?.kind === 'weight' || next?.kind === 'statistic') && next.kind === kind; next = statements[i]) {
      if (run.length > 0 && !cursor.isAdjacent(next.span.start)) break;
      run.push(next);
      i++;
    }
    if (run.length === 0) i++;
    const longest = Math.max(...run.map(({ name }) => name.text.length));
    for (const weight of run) columns.set(weight, longest);
  }
  return columns;
}

/** @param columns of `weightColumns`. */
export function printStatement(cursor: SourceCursor, statement: Statement, columns: ReturnType<typeof weightColumns> = new Map()): Doc {
  switch (statement.kind) {
    case 'port':
      return printPort(cursor, statement);
    case 'weight':
    case 'statistic':
      return printWeight(cursor, statement, columns.get(statement) ?? 0);
    case 'update':
      return printUpdate(cursor, statement);
    case 'let':
      return printLet(cursor, statement);
    case 'assign':
      return printAssign(cursor, statement);
    case 'for':
      return printFor(cursor, statement);
  }
}

/** `in` has a second space, so that names stand below those of `out`. */
function printPort(cursor: SourceCursor, { direction, name, type }: PortStatement): Doc {
  return [cursor.take(direction), direction === 'in' ? '  ' : ' ', cursor.take(name.text), cursor.take(':'), ' ', printType(cursor, type)];
}

function printWeight(
  cursor: SourceCursor,
  { kind, name, dimensions, initializer }: WeightStatement | StatisticStatement,
  column: number,
): Doc {
  const padding = ' '.repeat(Math.max(0, column - name.text.length) + 1);
  const head = [cursor.take(kind), ' ', cursor.take(name.text), cursor.take(':'), padding, printDimensions(cursor, dimensions)];
  return [head, printAssigned(cursor, initializer)];
}

function printUpdate(cursor: SourceCursor, { target, value }: UpdateStatement): Doc {
  return [cursor.take('update'), ' ', cursor.take(target.text), printAssigned(cursor, value)];
}

export function printLet(cursor: SourceCursor, { name, value }: LetStatement): Doc {
  return [cursor.take('let'), ' ', cursor.take(name.text), printAssigned(cursor, value)];
}

export function printAssign(cursor: SourceCursor, { target, indices, value }: AssignStatement): Doc {
  const head = [cursor.take(target.text), indices.length > 0 ? printIndices(cursor, indices) : ''];
  return [head, printAssigned(cursor, value)];
}

/** On one line where its body is one statement that fits there. */
export function printFor(cursor: SourceCursor, { variable, over, body }: ForStatement): Doc {
  const head = [cursor.take('for'), ' ', cursor.take(variable.text), ' ', cursor.take('in'), ' ', printValue(cursor, over), ' '];
  const [only] = body;
  if (only === undefined || body.length > 1 || only.kind === 'for') return [head, printStatements(cursor, body)];
  return [head, printLoneStatement(cursor, () => printStatement(cursor, only))];
}

/** A body of one statement: on the line of its braces where it fits there. */
export function printLoneStatement(cursor: SourceCursor, print: () => Doc): Doc {
  const opening = cursor.take('{');
  const statement = [cursor.line(line), print()];
  const comments = cursor.commentsAtEnd({ isFirst: false, keepsBlankLines: true });
  return group([opening, indent([statement, comments]), cursor.line(line), cursor.take('}')]);
}

/**
 * ` = value`. Operations and conditionals that do not fit go to the next line first; everything else starts on this line and is broken inside.
 * @param isResult whether the value goes to the next line whatever it is, as the result of a function does.
 */
export function printAssigned(cursor: SourceCursor, value: Expression, { isResult = false } = {}): Doc {
  const sign = [' ', cursor.take('=')];
  const movesDown = isResult || value.kind === 'if' || (value.kind === 'binary' && !hugsItsEnd(cursor, value));
  if (movesDown || cursor.needsBreak()) return [sign, group(indent([cursor.line(line), printValue(cursor, value, { ownLine: true })]))];
  return [sign, ' ', printValue(cursor, value)];
}
