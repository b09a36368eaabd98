import { LineIndex } from '../../../src/compiler/diagnostics/index.js';

/** Something that a phase of the compiler says about a place of a source. */
export interface Fact {
  readonly offset: number;
  readonly text: string;
  /** Facts without a column stand for their whole line. */
  readonly ofLine?: boolean;
}

/** A source with facts below each of its lines, as comments, so that the text stays a source; equal facts of a place stand there once. */
export function annotate(text: string, facts: readonly Fact[]): string {
  const index = new LineIndex(text);
  const byLine = new Map<number, Set<string>>();
  for (const { offset, text: fact, ofLine } of [...facts].sort((a, b) => a.offset - b.offset)) {
    const { line, column } = index.positionOf(offset);
    const shown = byLine.get(line) ?? new Set();
    byLine.set(line, shown.add(ofLine === true ? `//@ ${fact}` : `//@ ${column} ${fact}`));
  }
  const lines = text.split(/\r\n|\n|\r/);
  if (lines.at(-1) === '') lines.pop();
  return lines.flatMap((line, i) => [line, ...(byLine.get(i + 1) ?? [])]).join('\n');
}

/** Several files as one text; a heading tells them apart. */
export function joinAnnotated(files: ReadonlyMap<string, string>): string {
  const several = files.size > 1;
  return [...files].map(([file, text]) => `${several ? `// ---- ${file} ----\n` : ''}${text}\n`).join('\n');
}
