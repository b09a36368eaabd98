import type { Name } from '../../1-parse/ast.js';
import type { Span } from '../../diagnostics/index.js';

/** What a name stands for, as messages call it. */
export type NameKind =
  | 'operator'
  | 'library function'
  | 'import'
  | 'declaration'
  | 'parameter'
  | 'dimension'
  | 'input'
  | 'output'
  | 'weight'
  | 'statistic'
  | 'setting'
  | 'value'
  | 'family'
  | 'loop variable'
  | 'data stream'
  | 'loss';

/** A statement that uses names, with the name that it gives a value to; without one it counts by itself: a loss, an argument of an output. */
export interface Statement {
  target?: Entry;
}

export interface Entry {
  readonly name: string;
  readonly kind: NameKind;
  readonly span: Span | undefined;
  used: boolean;
  /** The statements that use it. */
  readonly users?: Set<Statement>;
  /** Names of the functions, where it is a namespace. */
  readonly members?: readonly Name[] | undefined;
}

/** Names of one scope within the scopes around it. */
export class NameScope {
  readonly entries = new Map<string, Entry>();
  /** Names that later statements of the scope will define, with their places. */
  readonly later = new Map<string, Span>();

  constructor(
    readonly outer: NameScope | undefined,
    /** Whether names of this scope may be hidden without a warning, as those of a model are in its training. */
    readonly mayBeHidden = false,
  ) {}

  find(name: string): Entry | undefined {
    return this.entries.get(name) ?? this.outer?.find(name);
  }

  findLater(name: string): Span | undefined {
    return this.later.get(name) ?? this.outer?.findLater(name);
  }

  /** All names that can be used here, for "did you mean". */
  allNames(): string[] {
    return [...this.entries.keys(), ...(this.outer?.allNames() ?? [])];
  }

  /** An entry of an outer scope that a new name would hide. */
  hiddenBy(name: string): Entry | undefined {
    for (let scope = this.outer; scope; scope = scope.outer) {
      const entry = scope.entries.get(name);
      if (entry) return scope.mayBeHidden ? undefined : entry;
    }
    return undefined;
  }
}
