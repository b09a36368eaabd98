import type { IToken } from 'chevrotain';
import { repairLayout } from '../../../src/compiler/1-parse/layout.js';
import { scan } from '../../../src/compiler/1-parse/scan.js';
import { reservedWords, symbols } from '../../../src/compiler/1-parse/tokens.js';
import { LineIndex } from '../../../src/compiler/diagnostics/index.js';
import type { Fact } from './annotate.js';

/**
 * The tokens of each line and the documentation comments. Reserved words and symbols stand as they are, the rest with its type, `Identifier:x`. A `+` marks tokens that the text lacks and the repair of the layout puts
 * in, a `-` those that it leaves out.
 * @throws Error for a token whose place in the text is not its image
 */
export function tokenFacts(file: string, text: string): Fact[] {
  const { tokens, documentation } = scan(file, text);
  const { tokens: repaired, abandoned } = repairLayout(file, text, tokens);
  const [scanned, kept] = [new Set(tokens), new Set(repaired)];
  const index = new LineIndex(text);
  const lines = new Map<number, { readonly offset: number; readonly texts: string[] }>();
  const add = (offset: number, shown: string): void => {
    const { line } = index.positionOf(offset);
    const known = lines.get(line) ?? { offset, texts: [] };
    lines.set(line, known);
    known.texts.push(shown);
  };
  const all = [...tokens.filter((token) => !abandoned && !kept.has(token)), ...(abandoned ? tokens : repaired)];
  for (const token of inOrder(all)) {
    const isPutIn = !scanned.has(token);
    if (!isPutIn && text.slice(token.startOffset, (token.endOffset ?? 0) + 1) !== token.image)
      throw new Error(`${file}: the token ${token.image} does not stand at ${token.startOffset}`);
    const mark = isPutIn ? '+' : abandoned || kept.has(token) ? '' : '-';
    add(token.startOffset, mark + (isFixed(token) ? token.image : `${token.tokenType.name}:${token.image}`));
  }
  for (const comment of documentation) add(comment.span.start, `documentation:${comment.text}`);
  return [...lines.values()].map(({ offset, texts }) => ({ offset, text: texts.join(' '), ofLine: true }));
}

/** Whether its image says all about a token. */
const isFixed = ({ image }: IToken): boolean => symbols.has(image) || reservedWords.has(image);

/** Sorted by place; tokens of one place keep their order. */
const inOrder = (tokens: readonly IToken[]): IToken[] => [...tokens].sort((a, b) => a.startOffset - b.startOffset);
