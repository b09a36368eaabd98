import { Option } from 'commander';
import type { Diagnostic } from '../compiler/diagnostics/index.js';
import { parseCount } from './parse-count.js';

/** What `--max-errors` gives a command. */
export interface ErrorLimit {
  /** From 1; without it all errors are told. */
  readonly maxErrors?: number;
}

/** `--max-errors`, the same for all commands that analyse a source. */
export function maxErrorsOption(): Option {
  return new Option('--max-errors <count>', 'tell only the first errors of the source').argParser(parseCount(1));
}

/** The diagnostics up to the last error that is told, and how many that leaves out. */
export function limitErrors(
  diagnostics: readonly Diagnostic[],
  { maxErrors = Number.POSITIVE_INFINITY }: ErrorLimit,
): { readonly told: readonly Diagnostic[]; readonly omitted: number } {
  let errors = 0;
  const end = diagnostics.findIndex(({ severity }) => {
    if (severity === 'error') errors += 1;
    return errors > maxErrors;
  });
  return end < 0 ? { told: diagnostics, omitted: 0 } : { told: diagnostics.slice(0, end), omitted: diagnostics.length - end };
}
