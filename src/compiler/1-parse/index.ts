import { createTokenInstance } from 'chevrotain';
import { type Diagnostic, report } from '../diagnostics/index.js';
import { limits } from '../limits.js';
import type { Expression, SetEdit, SourceFile } from './ast.js';
import { buildFile } from './build-file.js';
import { buildOverride } from './build-variant.js';
import type { FileCstNode, OverrideCstNode } from './cst.js';
import { Documentation } from './documentation.js';
import { MfnParser } from './grammar.js';
import { repairLayout } from './layout.js';
import { type ScanResult, scan } from './scan.js';
import { Assign, Identifier } from './tokens.js';

const supportedVersion = 1;

export interface ParseResult {
  /** What could be understood; broken expressions are `error` expressions. */
  readonly file: SourceFile;
  /** In the order of their places. */
  readonly diagnostics: Diagnostic[];
}

let parser: MfnParser | undefined;

/**
 * Parses a source text: text -> tokens -> balanced tokens -> CST -> AST. Reports every mistake; never throws, whatever the text is.
 * Spans are offsets into `text`; `path` is what they call the file.
 */
export function parse(path: string, text: string): ParseResult {
  const refusal = refuse(path, text);
  if (refusal) return { file: emptyFile(path, text), diagnostics: [refusal] };
  const scanned = scan(path, text);
  const { tokens, documentation } = scanned;
  if (tokens.length === 0) {
    const problem = scanned.diagnostics.length > 0 ? scanned.diagnostics : [report.sourceEmpty({ span: startOf(path) })];
    return { file: emptyFile(path, text), diagnostics: arrange(problem) };
  }
  const layout = repairLayout(path, text, tokens);
  const ofTokens = [...scanned.diagnostics, ...layout.diagnostics];
  if (layout.abandoned) return { file: emptyFile(path, text), diagnostics: arrange(ofTokens) };

  parser ??= new MfnParser();
  parser.start(path, layout.tokens, layout.places);
  const tree = parser.file() as FileCstNode;
  const diagnostics = [...ofTokens, ...parser.diagnostics];
  if (parser.hasGivenUp) {
    const told = parser.diagnostics.slice(0, limits.mistakesOfFile + 1);
    return { file: emptyFile(path, text), diagnostics: arrange([...ofTokens, ...told]) };
  }
  const consequences = consequencesOf(text, diagnostics, parser.missingBodies);

  const context = { file: path, diagnostics, documentation: new Documentation(documentation, layout.tokens) };
  const file = buildFile(context, tree, text.length);
  const unused = diagnostics.some((diagnostic) => diagnostic.severity === 'error') ? [] : context.documentation.unused();
  const all = [...diagnostics, ...unused, ...checkVersion(file, tree)];
  return { file, diagnostics: arrange(all.filter((diagnostic) => !consequences.has(diagnostic))) };
}

/** Parses `PATH = EXPRESSION`, an assignment from outside the sources. Spans are offsets, from `offset` on, in the text that `path` calls. */
export function parseOverride(path: string, text: string, offset = 0): { readonly edit?: SetEdit; readonly diagnostics: Diagnostic[] } {
  return parseAssignment(path, scan(path, ' '.repeat(offset) + text), offset + text.length);
}

/** Parses one expression; spans as with `parseOverride`. */
export function parseExpression(
  path: string,
  text: string,
  offset = 0,
): { readonly expression?: Expression; readonly diagnostics: Diagnostic[] } {
  const scanned = scan(path, ' '.repeat(offset) + text);
  const target = [
    createTokenInstance(Identifier, '_', offset, offset - 1, 0, 0, 0, 0),
    createTokenInstance(Assign, '=', offset, offset - 1, 0, 0, 0, 0),
  ];
  const { edit, diagnostics } = parseAssignment(path, { ...scanned, tokens: [...target, ...scanned.tokens] }, offset + text.length);
  return { ...(edit && { expression: edit.value }), diagnostics };
}

function parseAssignment(
  path: string,
  { tokens, diagnostics }: ScanResult,
  end: number,
): { readonly edit?: SetEdit; readonly diagnostics: Diagnostic[] } {
  if (tokens.length === 0) {
    const span = { file: path, start: end, end };
    return { diagnostics: [report.unexpectedToken({ span, expected: 'PATH=EXPRESSION', found: 'nothing' })] };
  }
  const layout = repairLayout(path, '', tokens);
  diagnostics.push(...layout.diagnostics);
  if (layout.abandoned) return { diagnostics };
  parser ??= new MfnParser();
  parser.start(path, layout.tokens, layout.places);
  const tree = parser.override() as OverrideCstNode;
  parser.reportRest();
  diagnostics.push(...parser.diagnostics);
  const edit = buildOverride({ file: path, diagnostics, documentation: new Documentation([], []) }, tree);
  return { ...(edit && { edit }), diagnostics: arrange(diagnostics) };
}

function startOf(path: string): { file: string; start: number; end: number } {
  return { file: path, start: 0, end: 0 };
}

function emptyFile(path: string, text: string): SourceFile {
  return { kind: 'file', path, items: [], span: { file: path, start: 0, end: text.length } };
}

/** Why a text is not worth reading; undefined where it is. */
function refuse(path: string, text: string): Diagnostic | undefined {
  const span = startOf(path);
  if (text.length > limits.sourceLength) {
    const megabytes = (length: number) => `${(length / 1024 / 1024).toFixed(1).replace(/\.0$/, '')} MB`;
    return report.sourceTooLarge({ span, size: megabytes(text.length), limit: megabytes(limits.sourceLength) });
  }
  // U+FFFD is what decoders put in place of bytes that are not UTF-8; NUL is in no text.
  if (/[\0\uFFFD]/.test(text)) return report.sourceNotText({ span });
  return text.trim() === '' ? report.sourceEmpty({ span }) : undefined;
}

function checkVersion(file: SourceFile, tree: FileCstNode): Diagnostic[] {
  if (!file.version) {
    if (tree.children.Mfn) return [];
    const span = startOf(file.path);
    return [report.versionMissing({ span, fix: { title: 'write `mfn 1` on the first line', edits: [{ span, text: 'mfn 1\n' }] } })];
  }
  if (file.version.value === supportedVersion) return [];
  return [report.versionUnsupported({ span: file.version.span, version: String(file.version.value) })];
}

/**
 * The diagnostics that follow from others: a `}` that closes nothing because the `{` before it is missing, and a token unexpected
 * where a bracket was put in or a stray character was left out.
 */
function consequencesOf(text: string, diagnostics: readonly Diagnostic[], missingBodies: readonly number[]): Set<Diagnostic> {
  const unmatched = diagnostics.filter(({ code, message }) => code === 'MFN0022' && message.includes('}'));
  const ofBodies = missingBodies.flatMap((offset) => unmatched.find((diagnostic) => diagnostic.span.start >= offset) ?? []);
  const repaired = new Set<number>();
  for (const { code, span } of diagnostics) {
    if (code === 'MFN0021') repaired.add(span.start);
    if (code === 'MFN0010') repaired.add(nextVisible(text, span.end));
  }
  const unexpected = diagnostics.filter(({ code, span }) => (code === 'MFN0020' || code === 'MFN0023') && repaired.has(span.start));
  return new Set([...ofBodies, ...unexpected]);
}

/** Offset of the first character from `offset` that is no white space. */
function nextVisible(text: string, offset: number): number {
  const pattern = /\S|$/g;
  pattern.lastIndex = offset;
  return pattern.exec(text)?.index ?? text.length;
}

/** In the order of places, without repetitions, cut off where they pass the limit. */
function arrange(diagnostics: readonly Diagnostic[]): Diagnostic[] {
  const seen = new Set<string>();
  const sorted = [...diagnostics]
    .sort((a, b) => a.span.start - b.span.start || a.span.end - b.span.end)
    .filter((diagnostic) => {
      const key = `${diagnostic.code} ${diagnostic.span.start}`;
      return !seen.has(key) && seen.add(key);
    });
  const next = sorted[limits.mistakesOfFile];
  if (!next) return sorted;
  return [...sorted.slice(0, limits.mistakesOfFile), report.tooManyMistakes({ span: next.span, limit: limits.mistakesOfFile })];
}
