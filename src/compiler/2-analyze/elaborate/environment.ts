import type { Value } from './values.js';

/** Values of names in one scope, within the scopes around it. */
export class Environment {
  private readonly values = new Map<string, Value>();

  constructor(private readonly outer?: Environment) {}

  /** Gives a name a value in this scope; an earlier value of the name in this scope is replaced. */
  define(name: string, value: Value): void {
    this.values.set(name, value);
  }

  lookup(name: string): Value | undefined {
    return this.values.get(name) ?? this.outer?.lookup(name);
  }

  /** The value of a name in this very scope. */
  own(name: string): Value | undefined {
    return this.values.get(name);
  }

  entries(): IterableIterator<[string, Value]> {
    return this.values.entries();
  }
}
