import { type CellSupport, type EngineName, engineNames, type Form, type OperatorRow } from '../../runtime/engines/index.js';
import { formatTable } from './table.js';

const marks: Readonly<Record<Form, string>> = { native: '●', composed: '◐' };
const nothing = '·';

/**
 * The matrix as a table: for each engine the operator and its gradient, with a number where the engine refuses some uses. Engines that do all alike
 * share a column.
 */
export function formatParityMatrix(rows: readonly OperatorRow[]): string {
  const columns = columnsOf(rows);
  const notes: string[] = [];
  const numberOf = (text: string): number => {
    if (!notes.includes(text)) notes.push(text);
    return notes.indexOf(text) + 1;
  };
  const cell = ({ forward, gradient, refused }: CellSupport): string => {
    const numbers = refused.map(numberOf).sort((a, b) => a - b);
    return `${marks[forward]} ${gradient === undefined ? nothing : marks[gradient]}${numbers.length > 0 ? ` ${numbers.join(',')}` : ''}`;
  };
  const table = formatTable(
    [{ title: 'operator' }, ...columns.map((names) => ({ title: names.join(', ') }))],
    rows.map(({ op, engines }) => [op, ...columns.map(([name]) => cell(engines[name as EngineName]))]),
  );
  const legend = [
    'First mark: the operator; second: its gradient.',
    `${marks.native} one kernel of the engine's library   ${marks.composed} composed of several, exactly   ${nothing} no gradient, or zero everywhere`,
    'No operator leaves its engine for the processor. Refused before anything runs, with the line of the source (a gradient where an operator in it is):',
    ...notes.map((text, i) => `  ${i + 1}  ${text}`),
  ];
  return `${table}\n${legend.join('\n')}\n`;
}

/** Engines by column. */
function columnsOf(rows: readonly OperatorRow[]): EngineName[][] {
  const columns = new Map<string, EngineName[]>();
  for (const name of engineNames) {
    const content = JSON.stringify(rows.map(({ engines }) => engines[name]));
    columns.set(content, [...(columns.get(content) ?? []), name]);
  }
  return [...columns.values()];
}
