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

/** One problem found in a source text. Diagnostics are data; only the command line turns them into text. */
export interface Diagnostic {
  /** 'MFN0123': stable, unique, explained by its page under `diagnostics/messages`. */
  readonly code: string;
  readonly severity: Severity;
  readonly message: string;
  readonly span: Span;
  readonly related: readonly RelatedPlace[];
  /** What to do about it, where that is known. */
  readonly hint?: string;
}
