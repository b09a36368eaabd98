import type { IToken } from 'chevrotain';
import { type Diagnostic, report } from '../diagnostics/index.js';
import type { DocumentationComment } from './scan.js';

/** Finds the `///` comments that stand above a declaration or statement. */
export class Documentation {
  private readonly byOffset = new Map<number, DocumentationComment[]>();
  private readonly dangling: DocumentationComment[] = [];

  constructor(comments: readonly DocumentationComment[], tokens: readonly IToken[]) {
    let next = 0;
    for (const comment of comments) {
      while (next < tokens.length && (tokens[next]?.startOffset ?? 0) < comment.span.end) next++;
      const offset = tokens[next]?.startOffset;
      if (offset === undefined || !comment.startsLine) {
        this.dangling.push(comment);
        continue;
      }
      const above = this.byOffset.get(offset);
      if (above) above.push(comment);
      else this.byOffset.set(offset, [comment]);
    }
  }

  /** Text of the comments right above the token that starts at `offset`, lines joined; undefined where there are none. Asked for once a place. */
  above(offset: number): string | undefined {
    const comments = this.byOffset.get(offset);
    this.byOffset.delete(offset);
    return comments?.map((comment) => comment.text).join('\n');
  }

  /** Warnings for the comments that no declaration or statement has asked for, one for each run of lines. */
  unused(): Diagnostic[] {
    const first = [...this.byOffset.values()].flatMap((comments) => comments.slice(0, 1));
    return [...first, ...this.dangling].map((comment) => report.danglingDocumentation({ span: comment.span }));
  }
}
