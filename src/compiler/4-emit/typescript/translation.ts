import type { Name } from '../../1-parse/ast.js';
import { builtinNames } from '../../2-analyze/elaborate/builtins.js';
import { callableOps } from '../../2-analyze/elaborate/callable-ops.js';
import { importedModule, type Module, preludePath } from '../../2-analyze/modules/modules.js';
import { type Diagnostic, report, type Span } from '../../diagnostics/index.js';
import { FileDraft } from './file-draft.js';
import { functionName, Identifiers, valueName } from './identifiers.js';
import { type Declared, Names } from './names.js';
import { join, type Type, unknown } from './types.js';

/** What the calls of a function or block say of it, and what its body gives. */
export interface Signature {
  /** Types of the arguments, by parameter or port; a name is there once some call gives it. */
  readonly inputs: Readonly<Record<string, Type>>;
  readonly output: Type;
}

const emptySignature: Signature = { inputs: {}, output: unknown };

/** What one round of the translation found out, by declaration; the next round starts from it. */
export type Findings = Map<string, Signature>;

export interface TranslationInput {
  /** Imported modules before those that import them; the last one is the root. */
  readonly modules: readonly Module[];
  readonly root: Module;
  readonly sources: ReadonlyMap<string, string>;
}

/**
 * One round of the translation of a source and what it uses. Types flow from calls to declarations and back, so rounds are repeated until they find
 * out nothing new; only the last one counts.
 */
export class Translation {
  readonly diagnostics: Diagnostic[] = [];
  readonly files = new Map<string, FileDraft>();
  readonly found: Findings = new Map();
  /** Whether declarations that are met for the first time belong to the training alone. */
  isOfTraining = false;
  private readonly scopes = new Map<string, Names>();
  private readonly placed = new Map<Declared, string>();
  private readonly waiting: Declared[] = [];

  constructor(
    readonly input: TranslationInput,
    private readonly known: Findings,
  ) {
    const identifiers = new Identifiers();
    const outermost = new Names(identifiers);
    for (const name of callableOps) outermost.define(name, { kind: 'operator', name });
    for (const name of builtinNames) outermost.define(name, { kind: 'builtin', name });
    for (const module of input.modules) {
      const prelude = module.path === preludePath ? outermost : (this.scopes.get(preludePath) ?? outermost);
      this.scopes.set(module.path, this.declare(module, new Names(identifiers, prelude)));
    }
  }

  /** What the root module sees. */
  get rootNames(): Names {
    return this.scopes.get(this.input.root.path) as Names;
  }

  file(name: string): FileDraft {
    const file = this.files.get(name) ?? new FileDraft(name);
    this.files.set(name, file);
    return file;
  }

  /** Uses a declaration in a file: it will be written, and imported where it stands in another file. @returns its name. */
  use(declared: Declared, from: FileDraft): string {
    if (!this.placed.has(declared)) {
      this.placed.set(declared, this.fileFor(declared));
      this.waiting.push(declared);
    }
    return from.use(this.placed.get(declared) as string, declared.text);
  }

  /** The next declaration that has to be written, with its file. */
  next(): readonly [Declared, FileDraft] | undefined {
    const declared = this.waiting.shift();
    return declared && [declared, this.file(this.placed.get(declared) as string)];
  }

  /** Where a declaration stands: its module, and its place among the declarations there, which in a variant come from several files. */
  orderOf({ module, item }: Pick<Declared, 'module' | 'item'>): [number, number] {
    return [this.input.modules.indexOf(module), (module.file.items as readonly object[]).indexOf(item)];
  }

  /** What the round before found out. */
  signature(id: string): Signature {
    return this.known.get(id) ?? emptySignature;
  }

  /** Whether the round before met a call of it. */
  isKnown(id: string): boolean {
    return this.known.has(id);
  }

  recordInput(id: string, name: string, type: Type): void {
    const signature = this.found.get(id) ?? emptySignature;
    const inputs = { ...signature.inputs, [name]: join(signature.inputs[name] ?? unknown, type) };
    this.found.set(id, { ...signature, inputs });
  }

  recordOutput(id: string, type: Type): void {
    const signature = this.found.get(id) ?? emptySignature;
    this.found.set(id, { ...signature, output: join(signature.output, type) });
  }

  fail(span: Span, what: string, hint: string | undefined): void {
    this.diagnostics.push(report.notTranslatable({ span, what, hint }));
  }

  sourceText({ file, start, end }: Span): string {
    return this.input.sources.get(file)?.slice(start, end) ?? '';
  }

  /** `drgn.mfn:31`, wherever the source lies on the disk. */
  place({ file, start }: Span): string {
    const line =
      (this.input.sources
        .get(file)
        ?.slice(0, start)
        .match(/\r\n|\r|\n/g)?.length ?? 0) + 1;
    return `${this.sourceName(file)}:${line}`;
  }

  /** A source by its path from the folder of the root, `std/blocks.mfn`. */
  sourceName(file: string): string {
    const path = file.replaceAll('\\', '/');
    const root = this.input.root.path.replaceAll('\\', '/');
    const folder = root.slice(0, root.lastIndexOf('/') + 1);
    if (path.startsWith('std/')) return `${path}.mfn`;
    return path.startsWith(folder) ? path.slice(folder.length) : path.slice(path.lastIndexOf('/') + 1);
  }

  private declare(module: Module, names: Names): Names {
    const define = (name: Name, item: Declared['item'], text: string): void => {
      const declared: Declared = { id: `${module.path}:${name.text}`, item, module, names, text: names.identifiers.take(text) };
      names.define(name.text, { kind: 'declared', declared });
    };
    for (const item of module.file.items) {
      if (item.kind === 'import') {
        const imported = importedModule(module, item);
        const from = imported && this.scopes.get(imported.path);
        for (const { name, alias } of item.names) {
          const binding = from?.own(name.text);
          if (binding) names.define((alias ?? name).text, binding);
        }
      } else if (item.kind === 'block' || item.kind === 'function') {
        define(item.name, item, functionName(item.name.text));
      } else if (item.kind === 'namespace' || item.kind === 'let') {
        define(item.name, item, valueName(item.name.text));
      }
    }
    return names;
  }

  /** The model's own declarations are in model.ts, those of the library and other modules in files of their own, what only the training uses in losses.ts. */
  private fileFor({ item, module }: Declared): string {
    if (this.isOfTraining && item.kind !== 'block') return 'losses';
    if (module === this.input.root) return 'model';
    if (module.path.startsWith('std/')) return 'blocks';
    const name = this.sourceName(module.path)
      .replace(/\.mfn$/, '')
      .replace(/.*\//, '')
      .replaceAll(/[^A-Za-z0-9_-]/g, '-');
    return `${name}-blocks`;
  }
}
