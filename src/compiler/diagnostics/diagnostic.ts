/** A half-open range of one source text, in UTF-16 code units from its start. */
export interface Span {
  /** Path of the source as the user wrote it or as it was resolved ('std/blocks' for the standard library). */
  readonly file: string;
  readonly start: number;
  readonly end: number;
}

export type Severity = 'error' | 'warning';

/** Another place that takes part in a problem: the other side of a mismatch, a frame of the chain of instantiations. */
export interface RelatedPlace {
  readonly message: string;
  readonly span: Span;
}

/** What a sub-expression of the statement at fault stands for. */
export interface ShownValue {
  /** The expression; of a binary one what stands between its operands, of a pipe its last step. */
  readonly span: Span;
  /** `[B, H, W, 64]`, `48` */
  readonly text: string;
}

/** A change of the text that surely mends a problem. */
export interface Fix {
  /** What it does, as editors offer it: 'replace by `conv`'. */
  readonly title: string;
  /** Places, which do not overlap, with the text that comes there. */
  readonly edits: readonly { readonly span: Span; readonly text: string }[];
}

/** One problem found in a source text. Diagnostics are data; only the command line turns them into text. */
export interface Diagnostic {
  /** 'MFN0123': stable, unique, explained by its page under `diagnostics/messages`. */
  readonly code: string;
  readonly severity: Severity;
  readonly message: string;
  readonly span: Span;
  readonly related: readonly RelatedPlace[];
  /** Shapes and values of the sub-expressions, in the order of their places, where these explain it. */
  readonly values?: readonly ShownValue[];
  /** What to do about it, where that is known. */
  readonly hint?: string;
  /** Only where it is certain. */
  readonly fix?: Fix;
}
