import { type Document, LineCounter, parseDocument, visit } from 'yaml';
import { inputFailure } from './failure.js';

/** A YAML document (JSON is YAML too) and the places in its text. */
export interface YAMLText {
  readonly document: Document;
  /** `path:line:column` of an offset in the text. */
  readonly placeAt: (offset: number) => string;
  /** The document as it is now, as plain data. @throws RuntimeFailure where aliases multiply it beyond measure. */
  readonly content: () => unknown;
}

/** What to do about a mistake, by the code that the parser gives it. */
const hints: Readonly<Record<string, string>> = {
  TAB_AS_INDENT: 'Indent with spaces.',
  DUPLICATE_KEY: 'Keep one of them.',
  BAD_INDENT: 'Check the indentation, and that every { and [ before it is closed.',
  MISSING_CHAR: 'Check that every {, [ and quote before it is closed.',
  TAG_RESOLVE_FAILED: 'Put a text that starts with ! in quotes.',
  BAD_ALIAS: 'Put a text that starts with * in quotes.',
};
const generalHint = 'Look at this line and the one above it: indentation, brackets, quotes, a space after each colon.';

/**
 * Parses YAML.
 * @param path starts messages: the file, or the argument that the text is from.
 * @throws RuntimeFailure for the first mistake of syntax, with its place and a hint: those after it mostly follow from it.
 */
export function parseYAML(path: string, text: string): YAMLText {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines });
  const placeAt = (offset: number) => {
    const { line, col } = lines.linePos(offset);
    return `${path}:${line}:${col}`;
  };
  const [mistake] = [...document.errors, ...document.warnings, ...unresolvedAliases(document)];
  if (mistake !== undefined)
    throw inputFailure(`${placeAt(mistake.pos[0])}: ${sentence(mistake.message)}. ${hints[mistake.code] ?? generalHint}`);
  return { document, placeAt, content: () => contentOf(document, path) };
}

function contentOf(document: Document, path: string): unknown {
  try {
    return document.toJS();
  } catch (error) {
    throw inputFailure(`${path}:1:1: ${error instanceof Error ? error.message : String(error)}.`, error);
  }
}

function unresolvedAliases(document: Document): { readonly code: string; readonly message: string; readonly pos: readonly [number] }[] {
  const found: { code: string; message: string; pos: [number] }[] = [];
  visit(document, {
    Alias(_key, alias) {
      if (alias.resolve(document) === undefined)
        found.push({ code: 'BAD_ALIAS', message: `There is no anchor &${alias.source} before this`, pos: [alias.range?.[0] ?? 0] });
    },
  });
  return found;
}

/** The first line of the parser's message without the place that it appends. */
function sentence(message: string): string {
  return (message.split('\n')[0] as string).replace(/ at line \d+, column \d+.*$/, '').replace(/[.:]$/, '');
}
