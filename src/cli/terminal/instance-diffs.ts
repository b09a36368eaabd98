import { anyPath, type InstanceDiff, type InstanceFacts, rangesOfNames } from '../../compiler/diff/index.js';
import type { Colors } from './colors.js';
import { type Column, formatTable } from './table.js';

/** Instances that differ alike, as one row of the table. */
interface Row {
  readonly names: readonly string[];
  readonly diff: InstanceDiff;
  readonly children: readonly Row[];
}

const columns: readonly Column[] = [
  { title: '  instance' },
  { title: 'of' },
  { title: 'output' },
  ...['parameters', 'GMACs', 'GFLOPs'].map((title) => ({ title, align: 'right' as const })),
];

const marks: Readonly<Record<InstanceDiff['change'], string>> = { added: '+', removed: '-', changed: '~', renamed: '>', moved: '>' };

/** A table of instances, those inside others indented; those that differ in the same way are one row. */
export function formatInstanceDiffs(instances: readonly InstanceDiff[], colors: Colors): string {
  if (instances.length === 0) return '';
  const paint = { added: colors.green, removed: colors.red, changed: colors.yellow, renamed: colors.cyan, moved: colors.cyan };
  const rows = flattened(nested(instances, ''), 0);
  const lines = formatTable(
    columns,
    rows.map(({ row, depth }) => cellsOf(row, depth)),
  ).split('\n');
  return lines
    .map((line, i) => paint[rows[i - 2]?.row.diff.change ?? 'changed'](line))
    .map((line, i) => (rows[i - 2] ? line : (lines[i] ?? '')))
    .join('\n');
}

/** The tree of the rows: an instance holds those whose paths go on from its own. */
function nested(instances: readonly InstanceDiff[], prefix: string): Row[] {
  const rows: Row[] = [];
  for (let i = 0; i < instances.length; ) {
    const diff = instances[i] as InstanceDiff;
    const path = anyPath(diff);
    let end = i + 1;
    while (end < instances.length && anyPath(instances[end] as InstanceDiff).startsWith(`${path}.`)) end += 1;
    const children = nested(instances.slice(i + 1, end), `${path}.`);
    rows.push({ names: [nameOf(diff, prefix)], diff, children });
    i = end;
  }
  return merged(rows);
}

function nameOf({ change, path }: InstanceDiff, prefix: string): string {
  const short = (text: string | null): string => (text?.startsWith(prefix) ? text.slice(prefix.length) : (text ?? ''));
  if (change === 'renamed' || change === 'moved') return `${short(path.a)} → ${short(path.b)}`;
  return short(path.b ?? path.a);
}

function merged(rows: readonly Row[]): Row[] {
  const byContents = new Map<string, Row>();
  for (const row of rows) {
    const key = JSON.stringify([row.diff.change, row.diff.a, row.diff.b, row.children.map(contentsOf)]);
    const known = byContents.get(key);
    byContents.set(key, known ? { ...known, names: [...known.names, ...row.names] } : row);
  }
  return [...byContents.values()];
}

const contentsOf = ({ names, diff, children }: Row): unknown => [names, diff.change, diff.a, diff.b, children.map(contentsOf)];

function flattened(rows: readonly Row[], depth: number): { readonly row: Row; readonly depth: number }[] {
  return rows.flatMap((row) => [{ row, depth }, ...flattened(row.children, depth + 1)]);
}

function cellsOf({ names, diff }: Row, depth: number): string[] {
  const { a, b } = diff;
  const both = (textOf: (facts: InstanceFacts) => string): string => {
    const texts = [a, b].flatMap((side) => (side ? [textOf(side)] : []));
    return [...new Set(texts)].join(' → ');
  };
  return [
    `${marks[diff.change]} ${'  '.repeat(depth)}${shortened(names)}`,
    both(({ block, applications }) => (applications > 1 ? `${block} x${applications}` : block)),
    both(({ shapes }) => shapes.map((shape) => shape.slice(1).join('x')).join(', ')),
    both(({ parameters }) => parameters.toLocaleString('en-US')),
    both(({ macs }) => (macs / 1e9).toFixed(3)),
    both(({ flops }) => (flops / 1e9).toFixed(3)),
  ];
}

function shortened(names: readonly string[]): string {
  const parts = rangesOfNames(names);
  return parts.length > 4 ? `${parts.slice(0, 3).join(', ')}, ${parts.length - 3} more` : parts.join(', ');
}
