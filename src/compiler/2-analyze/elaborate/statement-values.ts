import type { Expression, PipeStage } from '../../1-parse/ast.js';
import type { ShownValue, Span } from '../../diagnostics/index.js';
import { formatShape } from '../../ir/dimension.js';
import type { Value } from './values.js';

/** Diagnostics that the shapes and values of sub-expressions explain, and those that numbers alone do. */
const explainedByShapes: ReadonlySet<string> = new Set(['MFN2007', 'MFN3001', 'MFN3002', 'MFN3003', 'MFN3007', 'MFN4001']);
const explainedByNumbers: ReadonlySet<string> = new Set(['MFN2008', 'MFN2011', 'MFN2012', 'MFN2016']);

/** Most values that a diagnostic shows; those next to its place come first. */
const mostShown = 12;
/** An expression in a list or a loop has a value a turn; so many different ones of the last are shown. */
const mostTurns = 3;

/** The values that the sub-expressions of one statement had so far, for what may be said about it. */
export class StatementValues {
  private readonly seen = new Map<Expression | PipeStage, Value[]>();

  record(node: Expression | PipeStage, value: Value): void {
    if (!isTelling(node, value)) return;
    const values = this.seen.get(node);
    if (!values) this.seen.set(node, [value]);
    else {
      if (values.length === mostTurns) values.shift();
      values.push(value);
    }
  }

  /** What a diagnostic at `span` shows of them, in the order of their places; nothing where values do not explain it. */
  explaining(code: string, span: Span, divisors: ReadonlyMap<string, number>): ShownValue[] {
    if (!explainedByShapes.has(code) && !explainedByNumbers.has(code)) return [];
    const distance = ({ start, end }: Span): number => Math.max(span.start - end, start - span.end, 0);
    return [...this.seen]
      .filter(([, values]) => explainedByShapes.has(code) || values.every(({ kind }) => kind !== 'tensor' && kind !== 'outputs'))
      .map(([node, values]) => ({ span: anchorOf(node), text: [...new Set(values.map((value) => textOf(value, divisors)))].join('; ') }))
      .filter((shown) => shown.span.file === span.file)
      .sort((a, b) => distance(a.span) - distance(b.span) || a.span.start - b.span.start)
      .slice(0, mostShown)
      .sort((a, b) => a.span.start - b.span.start);
  }
}

/** Whether a value says more than the expression itself does. */
function isTelling(node: Expression | PipeStage, value: Value): boolean {
  if (node.kind === 'number') return false;
  if (value.kind === 'dimension') return node.kind !== 'name' || node.name.text !== value.dimension;
  if (value.kind === 'tensor' || value.kind === 'outputs') return true;
  if (value.kind === 'number') return node.kind !== 'unary' || node.operand.kind !== 'number';
  return value.kind === 'list' && node.kind !== 'list';
}

/** Where an expression is marked: a binary one at its operator, a pipe at its last step, any other at its start. */
function anchorOf(node: Expression | PipeStage): Span {
  if (node.kind === 'binary') return { ...node.span, start: node.left.span.end, end: node.right.span.start };
  return node.kind === 'pipe' ? node.stage.span : node.span;
}

/** `[B, H, W, 64]`, `[B, H, W, 3] in [-1, 1]`, `48`, `[2, 3, 4]` */
function textOf(value: Value, divisors: ReadonlyMap<string, number>): string {
  switch (value.kind) {
    case 'tensor':
      return `${formatShape(value.shape, divisors)}${value.range ? ` in [${value.range.join(', ')}]` : ''}`;
    case 'number':
      return value.integer || !Number.isInteger(value.value) ? `${value.value}` : `${value.value}.0`;
    case 'dimension':
      return value.dimension;
    case 'list': {
      const shown = value.elements.slice(0, 4).map((element) => textOf(element, divisors));
      return `[${shown.join(', ')}${value.elements.length > shown.length ? ', ...' : ''}]`;
    }
    case 'outputs':
      return [...value.members].map(([name, tensor]) => `${name}: ${textOf(tensor, divisors)}`).join(', ');
    case 'string':
      return `"${value.value}"`;
    case 'boolean':
      return `${value.value}`;
    default:
      return value.kind;
  }
}
