import { builders } from 'prettier/doc';
import type { Doc, SourceCursor } from './source-cursor.js';

const { fill, group, ifBreak, indent, line, softline } = builders;

interface ListStyle {
  /** Whether a comma follows the last item where the list is broken; the grammar has to allow it. Default true. */
  readonly trailingComma?: boolean;
  /** Whether a space parts the items from the brackets, as in `{ a, b }`. */
  readonly spaced?: boolean;
  /** Whether a broken list has as many items on a line as fit, instead of one. */
  readonly filled?: boolean;
  /** Whether the items may stand right behind the opening bracket though they are broken themselves. */
  readonly hugs?: boolean;
}

/**
 * Items between brackets, with commas: on one line where they fit, else one on each line, indented, with a comma behind the last one of several.
 */
export function printList<T>(
  cursor: SourceCursor,
  [open, close]: readonly [string, string],
  items: readonly T[],
  print: (item: T) => Doc,
  { trailingComma = true, spaced = false, filled = false, hugs = false }: ListStyle = {},
): Doc {
  const opening = cursor.take(open);
  if (items.length === 0) {
    const comments = cursor.commentsAtEnd({ isFirst: true, keepsBlankLines: false });
    return [opening, indent(comments), cursor.line(''), cursor.take(close)];
  }
  const edge = spaced ? line : softline;
  const [only] = items;
  if (hugs && items.length === 1 && only !== undefined && !cursor.needsBreak()) {
    const item = [print(only), skipComma(cursor)];
    if (!cursor.needsBreak()) return [opening, item, cursor.take(close)];
    const comments = cursor.commentsAtEnd({ isFirst: false, keepsBlankLines: false });
    return group([opening, indent([item, comments]), cursor.line(''), cursor.take(close)]);
  }
  const first = cursor.line(edge);
  const parts: Doc[] = [];
  for (const [i, item] of items.entries()) {
    const printed = print(item);
    if (i === items.length - 1) parts.push([printed, skipComma(cursor)]);
    else parts.push([printed, cursor.take(',')], cursor.line(line));
  }
  const comma = trailingComma && items.length > 1 ? ifBreak(',') : '';
  const comments = cursor.commentsAtEnd({ isFirst: false, keepsBlankLines: false });
  return group([opening, indent([first, filled ? fill(parts) : parts, comma, comments]), cursor.line(edge), cursor.take(close)]);
}

/** The comma that the source may have behind the last item goes: whether there is to be one, the layout says. */
function skipComma(cursor: SourceCursor): Doc {
  return cursor.peek() === ',' ? cursor.skip(',') : '';
}

interface BodyStyle<T> {
  /** Whether an empty line parts the item from its neighbours. */
  readonly standsApart?: (item: T) => boolean;
}

/** Items between braces, each on a line of its own, indented. */
export function printBody<T>(
  cursor: SourceCursor,
  items: readonly T[],
  print: (item: T) => Doc,
  { standsApart = () => false }: BodyStyle<T> = {},
): Doc {
  const opening = cursor.take('{');
  if (items.length === 0 && !cursor.needsBreak()) return [opening, cursor.take('}')];
  const contents = items.map((item, i): Doc => {
    const before = items[i - 1];
    const isApart = before !== undefined && (standsApart(before) || standsApart(item));
    return [cursor.nextStatement({ isFirst: i === 0, isApart }), print(item)];
  });
  const comments = cursor.commentsAtEnd({ isFirst: items.length === 0, keepsBlankLines: true });
  return [opening, indent([contents, comments]), cursor.newLine(), cursor.take('}')];
}
