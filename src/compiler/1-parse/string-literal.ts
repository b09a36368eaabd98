import type { IToken } from 'chevrotain';
import { report } from '../diagnostics/index.js';
import { type BuildContext, tokenSpan } from './build-context.js';

const escapes: Readonly<Record<string, string>> = { '\\': '\\', '"': '"', n: '\n', t: '\t' };

/** The value of a string token: quotes removed, escape sequences replaced; unknown ones are reported and kept as they are. */
export function buildString(context: BuildContext, token: IToken): string {
  const start = tokenSpan(context, token).start + 1;
  const closed = token.image.length > 1 && token.image.endsWith('"');
  const content = token.image.slice(1, closed ? -1 : undefined);
  return content.replace(/\\([\s\S]?)/g, (sequence, character: string, offset: number) => {
    const value = escapes[character];
    if (value !== undefined) return value;
    const span = { file: context.file, start: start + offset, end: start + offset + sequence.length };
    if (closed) context.diagnostics.push(report.unknownEscape({ span, text: sequence }));
    return sequence;
  });
}
