import { type Diagnostic, report, type Span } from '../../diagnostics/index.js';
import type { Definition } from '../../ir/ir.js';
import type { DiagnosticSink } from '../diagnostic-sink.js';
import type { AnalysisObserver } from '../observer.js';
import type { ConstraintRecorder } from './constraints.js';
import type { DefinitionBuilder } from './definition-builder.js';
import type { Environment } from './environment.js';
import type { Repetition, StatementNaming } from './instances.js';
import { StatementValues } from './statement-values.js';

/** Bounds of what is unrolled. Far above any network of use, and low enough to end within seconds. */
export const limits = {
  /** Turns of one loop, elements of one range. */
  turns: 10_000,
  /** Numbers, tensors and lists within one list, however deep. */
  elements: 250_000,
  /** Expressions evaluated and turns of loops begun in a run; DRGN with its training takes some 10,000. */
  evaluations: 500_000,
  /** Nodes of all definitions together. */
  nodes: 100_000,
  /** Operations of a model or a stage with all blocks put in place of their applications. */
  operations: 1_000_000,
  /** Blocks within blocks, functions within functions, lists within lists. */
  depth: 64,
  /** Expressions within expressions, through all functions and blocks. */
  nesting: 1_000,
  /** Trained numbers of a model and its stages. */
  parameters: 1_000_000_000,
} as const;

/** A step of the chain of instantiations that leads to a place. */
export interface Frame {
  /** The block or function that holds the application. */
  readonly name: string;
  /** Place of the application. */
  readonly span: Span;
  readonly outer: Frame | undefined;
  readonly depth: number;
  /** Values of the statement that holds the application. */
  readonly values: StatementValues | undefined;
}

/** State that all parts of one elaboration share. */
export class Elaboration {
  /** Definitions in the order in which they were finished: callees before callers. */
  readonly definitions: Definition[] = [];
  /** Finished definitions by block, parameters and input shapes; undefined for those that failed. */
  readonly memo = new Map<string, Definition | undefined>();
  /** Keys of definitions that are being elaborated, to find a block that contains itself unchanged. */
  readonly active = new Set<string>();
  /** Whether a limit was reached; everything ends quickly then. */
  exhausted = false;
  /** Expressions around the one that is being evaluated. */
  nesting = 0;
  private evaluations = 0;
  private nodes = 0;
  private readonly ids = new Map<string, number>();

  constructor(
    readonly sink: DiagnosticSink,
    readonly constraints: ConstraintRecorder,
    readonly observer?: AnalysisObserver,
  ) {}

  /** Counts an evaluation or a turn of a loop; false when the run must end. */
  spendEvaluation(context: Context, span: Span): boolean {
    if (this.exhausted) return false;
    this.evaluations += 1;
    if (this.evaluations > limits.evaluations)
      this.exhaust(context, 'the number of evaluated expressions and turns of loops', limits.evaluations, span);
    return !this.exhausted;
  }

  /** Counts a node; false when the run must end. */
  spendNode(context: Context, span: Span): boolean {
    if (this.exhausted) return false;
    this.nodes += 1;
    if (this.nodes > limits.nodes) this.exhaust(context, 'the number of operations', limits.nodes, span);
    return !this.exhausted;
  }

  /** Reports a limit and ends the run. */
  exhaust(context: Context, what: string, limit: number, span: Span): void {
    if (!this.exhausted) fail(context, report.limitReached({ span, what, limit }));
    this.exhausted = true;
  }

  /** A new definition id: `RCAB`, `RCAB#2`. */
  newId(block: string): string {
    const count = (this.ids.get(block) ?? 0) + 1;
    this.ids.set(block, count);
    return count === 1 ? block : `${block}#${count}`;
  }
}

/** Where an expression is evaluated. */
export interface Context {
  readonly state: Elaboration;
  readonly environment: Environment;
  /** Receives operations; undefined where only compile-time values are possible. */
  readonly builder: DefinitionBuilder | undefined;
  /** Names the instances of the statement; undefined where no instance can be made. */
  readonly naming: StatementNaming | undefined;
  /** What holds the expression, in words: 'a function', 'a `let`'. */
  readonly place: string;
  readonly frame: Frame | undefined;
  readonly repetition: Repetition | undefined;
  readonly inComprehension: boolean;
  /** Receives the values of the statement's sub-expressions. */
  readonly values: StatementValues | undefined;
}

/** The context of a new statement. */
export const ofStatement = (context: Context): Context => ({ ...context, values: new StatementValues() });

export const isOfLibrary = (span: Span): boolean => span.file.startsWith('std/');

/**
 * Reports a diagnostic with the chain of instantiations that leads to it. What goes wrong within the standard library is reported at the
 * place of the user's source that called it; the place in the library is a related one.
 */
export function fail(context: Context, diagnostic: Diagnostic): void {
  const frames: Frame[] = [];
  for (let frame = context.frame; frame; frame = frame.outer) {
    // A block within itself would repeat the same place over and over.
    if (frames.at(-1)?.span !== frame.span) frames.push(frame);
  }
  const related = [...diagnostic.related];
  let { span } = diagnostic;
  const user = isOfLibrary(span) ? frames.findIndex((frame) => !isOfLibrary(frame.span)) : -1;
  const called = frames[user];
  if (called) {
    related.unshift({ message: 'raised here', span });
    span = called.span;
  }
  const chain = frames.slice(user + 1).filter((frame) => frame.span.start !== span.start || frame.span.end !== span.end);
  for (const frame of chain.slice(0, 8)) related.push({ message: `in ${frame.name}`, span: frame.span });
  // A fix is for the place that is shown, not for the library.
  const { fix, ...rest } = diagnostic;
  const statement = called ? called.values : context.values;
  const values = statement?.explaining(diagnostic.code, span, context.state.constraints.divisorsBySymbol) ?? [];
  context.state.sink.add({ ...rest, span, related, ...(values.length > 0 && { values }), ...(fix && !called && { fix }) });
}

/** The context within a block or function applied at `span`; undefined, with a diagnostic, when the chain is too long. */
export function enter(context: Context, callee: string, span: Span): Frame | undefined {
  const depth = (context.frame?.depth ?? 0) + 1;
  if (depth > limits.depth) {
    fail(context, report.recursionTooDeep({ span, name: callee, depth: limits.depth }));
    context.state.exhausted = true;
    return undefined;
  }
  return { name: context.place, span, outer: context.frame, depth, values: context.values };
}
