import { type Diagnostic, report, type Span } from '../../diagnostics/index.js';
import type { Definition } from '../../ir/ir.js';
import { elementsOfEvaluation, limits } from '../../limits.js';
import type { DiagnosticSink } from '../diagnostic-sink.js';
import type { AnalysisObserver } from '../observer.js';
import type { ConstraintRecorder } from './constraints.js';
import { DefaultUse } from './default-use.js';
import type { DefinitionBuilder } from './definition-builder.js';
import { Definitions } from './definitions.js';
import type { Environment } from './environment.js';
import type { InstanceRecord, Repetition, StatementNaming } from './instances.js';
import { StatementValues } from './statement-values.js';

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
  readonly definitions = new Definitions();
  readonly defaults = new DefaultUse();
  /** Finished definitions by block, parameters and input shapes; undefined for those that failed. */
  readonly memo = new Map<string, Definition | undefined>();
  /** Keys of definitions that are being elaborated, to find a block that contains itself unchanged. */
  readonly active = new Set<string>();
  /** Definitions that are others in a training than in the model's own pass. */
  readonly dependingOnTraining = new Set<Definition>();
  /** Whether the definition that is being elaborated depends on `is_training()`, itself or through what it applies. */
  readsTraining = false;
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
    /** Whether parts of the source could not be understood. */
    readonly isBroken = false,
  ) {}

  /** Counts an evaluation or a turn of a loop, or so many; false when the run must end. */
  spendEvaluation(context: Context, span: Span, count = 1): boolean {
    if (this.exhausted) return false;
    this.evaluations += count;
    if (this.evaluations > limits.evaluations)
      this.exhaust(context, 'the number of evaluated expressions and turns of loops', limits.evaluations, span);
    if (this.sink.isFull) this.exhausted = true;
    return !this.exhausted;
  }

  /** Counts what going through so many elements takes; false when the run must end. */
  spendElements(context: Context, span: Span, elements: number): boolean {
    return elements < elementsOfEvaluation || this.spendEvaluation(context, span, Math.ceil(elements / elementsOfEvaluation));
  }

  /** Counts a node with so many inputs; false when the run must end. */
  spendNode(context: Context, span: Span, inputs = 1): boolean {
    if (this.exhausted) return false;
    this.nodes += Math.max(1, Math.ceil(inputs / elementsOfEvaluation));
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
  /** What `is_training()` is; undefined where constants are evaluated. */
  readonly training: boolean | undefined;
  /** In a stage: whether it applies an instance without training it. */
  readonly isFrozen?: ((instance: InstanceRecord) => boolean) | undefined;
}

/** The context of a new statement. */
export const ofStatement = (context: Context): Context => ({ ...context, values: new StatementValues() });

/** What is said to be missing may stand in the part of a text that could not be understood. */
const missingParts: ReadonlySet<string> = new Set(['MFN1020', 'MFN4005', 'MFN4007', 'MFN4008', 'MFN4011', 'MFN4013']);

export const isOfLibrary = (span: Span): boolean => span.file.startsWith('std/');

/**
 * Reports a diagnostic with the chain of instantiations that leads to it. What goes wrong within the standard library is reported at the
 * place of the user's source that called it; the place in the library is a related one.
 */
export function fail(context: Context, diagnostic: Diagnostic): void {
  if (context.state.isBroken && missingParts.has(diagnostic.code)) return;
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
