import { existsSync } from 'node:fs';
import path from 'node:path';
import { type AnalyzeResult, analyze } from '../compiler/2-analyze/analyze.js';
import type { CompileOptions } from '../compiler/2-analyze/options.js';
import { parseReference } from '../compiler/2-analyze/variants/reference.js';
import { alternatives, nearFiles, report } from '../compiler/diagnostics/index.js';
import type { IR } from '../compiler/ir/ir.js';
import { CommandFailure } from './failure.js';
import { type ErrorLimit, limitErrors } from './max-errors.js';
import { createSourceHost, sourcesBeside, whyUnreadable } from './source-host.js';
import { colorsFor } from './terminal/colors.js';
import { renderDiagnostics } from './terminal/render-diagnostic.js';

/** The file of a model: `FILE`, or `FILE#VARIANT` where no file is called so as a whole. */
export const fileOf = (model: string): string => (existsSync(model) ? model : parseReference(model).file);

/** Analyses a model, `FILE` or `FILE#VARIANT`, from the disk. A file that cannot be read is a diagnostic too. Never throws for what the user wrote. */
export function analyzeFile(model: string, options: CompileOptions = {}): AnalyzeResult {
  const file = fileOf(model);
  const reason = whyUnreadable(file);
  if (reason !== undefined) {
    const candidates = nearFiles(path.basename(file), sourcesBeside(file)).map((name) => path.join(path.dirname(file), name));
    const hint = candidates.length > 0 ? `did you mean ${alternatives(candidates)}?` : undefined;
    const diagnostic = report.sourceUnreadable({ span: { file, start: 0, end: 0 }, path: file, reason, hint });
    return { diagnostics: [diagnostic], sources: new Map(), modules: [] };
  }
  return analyze(model, createSourceHost(), options);
}

/** Prints diagnostics to a stream as `path:line:column: error CODE: message` with the source lines, and at the end which pages explain them. */
export function printDiagnostics(
  { diagnostics, sources }: Pick<AnalyzeResult, 'diagnostics' | 'sources'>,
  limit: ErrorLimit = {},
  stream: NodeJS.WriteStream = process.stderr,
): void {
  if (diagnostics.length === 0) return;
  const { told, omitted } = limitErrors(diagnostics, limit);
  const codes = [...new Set(told.map(({ code }) => code))].sort();
  stream.write(renderDiagnostics(told, { sources, colors: colorsFor(stream) }, omitted));
  stream.write(`mfnc explain ${codes.slice(0, 5).join(' ')}${codes.length > 5 ? ' ...' : ''} says more\n`);
}

/**
 * The IR of a model, `FILE` or `FILE#VARIANT`, for commands that need one: diagnostics go to stderr, errors end the command with exit code 2.
 * @throws CommandFailure when the source has errors.
 */
export function requireIR(
  model: string,
  options: CompileOptions = {},
  limit: ErrorLimit = {},
): { readonly ir: IR; readonly sources: ReadonlyMap<string, string> } {
  const result = analyzeFile(model, options);
  printDiagnostics(result, limit);
  if (!result.ir) throw new CommandFailure(2, '');
  return { ir: result.ir, sources: result.sources };
}
