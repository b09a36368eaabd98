import type { LineIndex } from '../../compiler/diagnostics/index.js';
import type { Colors } from './colors.js';
import { displayWidth } from './table.js';

/** Cells shown of a source line; longer ones are clipped around the marked part. */
const clipWidth = 120;
const tabWidth = 4;

/** A source line as a terminal shows it, with what is written below it in its columns. */
export class SourceLine {
  /** Offset of the line in its file. */
  private readonly start: number;
  private readonly gutter: string;
  /** What is shown of the line, and by how much an offset in the line has moved in it. */
  private readonly clipped: { readonly text: string; readonly shift: number };
  private readonly from: number;
  private readonly to: number;

  /**
   * @param number of the line, from 1
   * @param span what is marked, in offsets of the file; what lies on other lines is left out
   */
  constructor(
    index: LineIndex,
    number: number,
    span: { readonly start: number; readonly end: number },
    private readonly colors: Colors,
  ) {
    const text = index.line(number);
    this.start = index.startOf(number);
    this.gutter = String(number);
    this.from = Math.min(Math.max(0, span.start - this.start), text.length);
    this.to = Math.max(this.from, Math.min(span.end - this.start, text.length));
    this.clipped = clip(text, this.from);
  }

  get isBlank(): boolean {
    return this.clipped.text.trim() === '';
  }

  /** The line itself. */
  shown(): string {
    return `  ${this.colors.dim(`${this.gutter} |`)} ${printable(this.clipped.text)}\n`;
  }

  /** A line below it. */
  below(text: string): string {
    return `  ${this.colors.dim(`${' '.repeat(this.gutter.length)} |`)} ${text}\n`;
  }

  /** The line that underlines what is marked. */
  marker(mark: (text: string) => string): string {
    const { text, shift } = this.clipped;
    const end = Math.min(this.to + shift, text.length);
    const before = displayWidth(printable(text.slice(0, this.from + shift)));
    const width = displayWidth(printable(text.slice(this.from + shift, end)));
    return this.below(' '.repeat(before) + mark('^'.repeat(Math.max(1, width))));
  }

  /** The column, from 0, in which an offset of the file is shown; undefined where it is clipped away. */
  columnOf(offset: number): number | undefined {
    const { text, shift } = this.clipped;
    const at = offset - this.start + shift;
    return at < 0 || at >= text.length ? undefined : displayWidth(printable(text.slice(0, at)));
  }
}

function printable(text: string): string {
  return text.replaceAll('\t', ' '.repeat(tabWidth)).replace(/[\p{Control}\u2028\u2029]/gu, '\ufffd');
}

/** Keeps `clipWidth` characters of a line so that the marked range (or its start) stays in sight. */
function clip(text: string, from: number): { text: string; shift: number } {
  if (text.length <= clipWidth) return { text, shift: 0 };
  const start = Math.max(0, Math.min(from - 30, text.length - clipWidth));
  const end = Math.min(text.length, start + clipWidth);
  const left = start > 0 ? '…' : '';
  return { text: left + text.slice(start, end) + (end < text.length ? '…' : ''), shift: left.length - start };
}
