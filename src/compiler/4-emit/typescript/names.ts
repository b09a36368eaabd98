import type { BlockDeclaration, FunctionDeclaration, LetStatement, NamespaceDeclaration } from '../../1-parse/ast.js';
import type { Module } from '../../2-analyze/modules/modules.js';
import type { SourceOpName } from '../../ops/index.js';
import type { Identifiers } from './identifiers.js';
import type { Type } from './types.js';

/** A declaration of a module that the generated code may need. */
export interface Declared {
  /** `std/blocks:RCAB` */
  readonly id: string;
  readonly item: BlockDeclaration | FunctionDeclaration | NamespaceDeclaration | LetStatement;
  readonly module: Module;
  /** What the module sees. */
  readonly names: Names;
  /** Its name in the generated code. */
  readonly text: string;
}

/** A value of the function that is being written. */
export interface ValueBinding {
  readonly kind: 'value';
  /** TypeScript that stands for it. */
  readonly text: string;
  readonly type: Type;
  isUsed: boolean;
}

/** `f[i]`: an object that holds the members, or, where each turn of a loop uses its own member only, a constant of the loop. */
export interface FamilyBinding {
  readonly kind: 'family';
  readonly name: string;
  readonly text: string;
  readonly element: Type;
  readonly isLocal: boolean;
}

export type Binding =
  | ValueBinding
  | FamilyBinding
  | { readonly kind: 'declared'; readonly declared: Declared }
  | { readonly kind: 'operator'; readonly name: SourceOpName }
  | { readonly kind: 'builtin'; readonly name: string };

/** What the names of a source stand for at a place, and the identifiers that are in use there. */
export class Names {
  private readonly bindings = new Map<string, Binding>();

  constructor(
    readonly identifiers: Identifiers,
    private readonly outer?: Names,
  ) {}

  lookup(name: string): Binding | undefined {
    return this.bindings.get(name) ?? this.outer?.lookup(name);
  }

  own(name: string): Binding | undefined {
    return this.bindings.get(name);
  }

  define(name: string, binding: Binding): void {
    this.bindings.set(name, binding);
  }

  value(name: string, text: string, type: Type): ValueBinding {
    const binding: ValueBinding = { kind: 'value', text, type, isUsed: false };
    this.bindings.set(name, binding);
    return binding;
  }
}
