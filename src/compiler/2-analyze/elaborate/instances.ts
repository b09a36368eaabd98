import type { Span } from '../../diagnostics/index.js';
import type { Definition } from '../../ir/ir.js';
import type { BlockValue, Value } from './values.js';

/** An instance of a block: one set of weights, applied any number of times. */
export interface InstanceRecord {
  readonly block: BlockValue;
  /** Values of the block's parameters, in the order of the declaration. */
  readonly parameters: ReadonlyMap<string, Value>;
  readonly span: Span;
  /** Path segments within the definition that holds it; known when its statement ends. */
  name: string;
  /** Definition of its first application, which fixes its weights. */
  definition?: Definition;
  firstApplication?: Span;
}

/** One turn of a `repeat` around an instance. */
export interface Repetition {
  readonly outer: Repetition | undefined;
  readonly label: string | undefined;
  /** From 1. */
  readonly turn: number;
}

interface Pending {
  readonly record: InstanceRecord;
  readonly label: string | undefined;
  readonly repetition: Repetition | undefined;
  readonly inComprehension: boolean;
}

/** `SRDiscriminator` as `sr_discriminator`. */
export const snakeCase = (name: string): string =>
  name
    .replace(/([a-z0-9])([A-Z])/g, '$1_$2')
    .replace(/([A-Z]+)([A-Z][a-z])/g, '$1_$2')
    .toLowerCase();

/**
 * Names the instances that one statement makes, so that their weights have paths made of names and never of positions in a file.
 *
 * The path is the statement's target, `r[2]`, then a segment for each labelled `repeat`, `group[1]`, then the instance's label. The target is
 * left out where it is an `out` port and the instance or its repeat has a label. An instance without a label adds nothing when it is the only
 * one of its statement or labelled turn; otherwise it adds its block's name in snake case, numbered where several are alike. A `repeat`
 * without a label adds its turn to the next segment: `up[3].deconv[2]`.
 */
export class StatementNaming {
  private readonly pending: Pending[] = [];

  constructor(
    private readonly target: string,
    private readonly targetIsOutput: boolean,
  ) {}

  add(record: InstanceRecord, label: string | undefined, repetition: Repetition | undefined, inComprehension: boolean): void {
    this.pending.push({ record, label, repetition, inComprehension });
  }

  /** Gives every instance of the statement its name, in the order in which they were made. */
  finish(): InstanceRecord[] {
    const names = this.pending.map((pending) => this.nameOf(pending));
    const counts = new Map<string, number>();
    for (const { text } of names) counts.set(text, (counts.get(text) ?? 0) + 1);
    const numbers = new Map<string, number>();
    for (const [i, { record }] of this.pending.entries()) {
      const { text, numbered } = names[i] ?? { text: this.target, numbered: false };
      if (!numbered || (counts.get(text) ?? 0) < 2) {
        record.name = text;
        continue;
      }
      const number = (numbers.get(text) ?? 0) + 1;
      numbers.set(text, number);
      record.name = `${text}[${number}]`;
    }
    return this.pending.map(({ record }) => record);
  }

  private nameOf(pending: Pending): { readonly text: string; readonly numbered: boolean } {
    const { record, label, repetition, inComprehension } = pending;
    const segments: string[] = [];
    let turns = '';
    for (const turn of fromOutermost(repetition)) {
      turns += `[${turn.turn}]`;
      if (turn.label === undefined) continue;
      segments.push(turn.label + turns);
      turns = '';
    }
    const labelled = label !== undefined || segments.length > 0;
    const alone = !inComprehension && this.pending.every((other) => other === pending || other.repetition !== repetition);
    const only = repetition?.label === undefined ? repetition === undefined && this.pending.length === 1 && !inComprehension : alone;
    if (label !== undefined) segments.push(label + turns);
    else if (!only) segments.push(snakeCase(record.block.declaration.name.text) + turns);
    if (!(this.targetIsOutput && labelled)) segments.unshift(this.target);
    return { text: segments.join('.'), numbered: label === undefined && !only };
  }
}

function fromOutermost(repetition: Repetition | undefined): Repetition[] {
  const turns: Repetition[] = [];
  for (let turn = repetition; turn; turn = turn.outer) turns.unshift(turn);
  return turns;
}
