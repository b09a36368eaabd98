import type { Name } from '../../../src/compiler/1-parse/ast.js';
import type { Entry } from '../../../src/compiler/2-analyze/names/name-scope.js';
import type { AnalysisObserver } from '../../../src/compiler/2-analyze/observer.js';
import { LineIndex } from '../../../src/compiler/diagnostics/index.js';
import { formatShape, type Shape } from '../../../src/compiler/ir/dimension.js';
import type { Fact } from './annotate.js';

interface NamedFact extends Fact {
  readonly file: string;
}

/** Keeps what an analysis tells of names, as facts. */
export class FactObserver implements AnalysisObserver {
  private readonly symbols: NamedFact[] = [];
  /** By place, name and shape: the definitions in which the name has that shape. */
  private readonly shapes = new Map<string, { readonly name: Name; readonly text: string; readonly definitions: Set<string> }>();

  /** @param texts sources by path, to give the places of declarations as lines and columns */
  constructor(private readonly texts: Readonly<Record<string, string>>) {}

  declared(name: Name, entry: Entry): void {
    this.symbol(name, `declares ${entry.kind} ${name.text}`);
  }

  assigned(name: Name, entry: Entry): void {
    this.symbol(name, `sets ${entry.kind} ${name.text}${this.place(entry, name.span.file)}`);
  }

  used(name: Name, entry: Entry | undefined): void {
    this.symbol(name, entry ? `uses ${entry.kind} ${name.text}${this.place(entry, name.span.file)}` : `uses unknown ${name.text}`);
  }

  shaped(name: Name, label: string, shapes: readonly Shape[], definition: string): void {
    const text = `${label}: ${shapes.map((shape) => formatShape(shape)).join(' ')}`;
    const key = `${name.span.file}:${name.span.start} ${text}`;
    const known = this.shapes.get(key) ?? { name, text, definitions: new Set() };
    this.shapes.set(key, known);
    known.definitions.add(definition);
  }

  symbolFacts(file: string): Fact[] {
    return this.symbols.filter((fact) => fact.file === file);
  }

  shapeFacts(file: string): Fact[] {
    return [...this.shapes.values()]
      .filter(({ name }) => name.span.file === file)
      .map(({ name, text, definitions }) => ({ offset: name.span.start, text: `${text} in ${[...definitions].join(', ')}`, ofLine: true }));
  }

  private symbol({ span }: Name, text: string): void {
    this.symbols.push({ file: span.file, offset: span.start, text });
  }

  /** Where a name was declared: ' of 4:7', ' of scale.mfn:4:7' seen from another file, ' of std/losses'; nothing for what stands in no file. */
  private place({ span }: Entry, from: string): string {
    if (!span) return '';
    const source = this.texts[span.file];
    if (source === undefined) return span.file === '' ? '' : ` of ${span.file}`;
    const { line, column } = new LineIndex(source).positionOf(span.start);
    return span.file === from ? ` of ${line}:${column}` : ` of ${span.file}:${line}:${column}`;
  }
}
