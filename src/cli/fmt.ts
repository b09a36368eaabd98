import { readFileSync, realpathSync } from 'node:fs';
import type { Command } from 'commander';
import { format } from '../compiler/1-parse/printer/index.js';
import { type Diagnostic, report } from '../compiler/diagnostics/index.js';
import { writeFileAtomically } from '../runtime/files/index.js';
import { printDiagnostics } from './analyze-file.js';
import { CommandFailure } from './failure.js';
import { findSources } from './find-sources.js';
import { guarded } from './guarded.js';
import { toLanguageServerDiagnostics } from './language-server-diagnostics.js';
import { type ErrorLimit, maxErrorsOption } from './max-errors.js';
import { whyUnreadable } from './source-host.js';
import { colorsFor } from './terminal/colors.js';
import { firstDifference } from './terminal/first-difference.js';

interface Options extends ErrorLimit {
  readonly check?: boolean;
  readonly json?: boolean;
}

/** A source and what formatting makes of it; without `formatted` it has errors. */
interface Outcome {
  readonly file: string;
  readonly text: string;
  readonly formatted?: string;
  readonly errors: readonly Diagnostic[];
}

/** How messages call the standard input. */
const standardInput = '<stdin>';

export function register(program: Command): void {
  program
    .command('fmt')
    .summary('bring .mfn sources into the one style of the language')
    .description(
      'Prints sources in the one style of the language, in place. What they mean stays, and so do comments. Line ends become \\n. A source with syntax errors is left alone.',
    )
    .argument('<paths...>', '.mfn sources, folders of them, or - for the standard input, which is printed')
    .option('--check', 'change nothing; name the sources that are not formatted, with the first line that differs, and end with 1')
    .addOption(maxErrorsOption())
    .option('--json', 'print what was done as JSON')
    .addHelpText(
      'after',
      [
        '',
        'Exit code 2 when a source has syntax errors, else 1 when --check finds one that is not formatted.',
        '',
        'Examples:',
        '  mfnc fmt models',
        '  mfnc fmt --check models examples',
        '  mfnc fmt - < draft.mfn',
      ].join('\n'),
    )
    .action(guarded(formatSources));
}

async function formatSources(paths: readonly string[], options: Options): Promise<void> {
  const outcomes = paths.includes('-') ? [await ofStandardInput(paths)] : findSources(paths).map(ofFile);
  const changing = outcomes.filter(({ text, formatted }) => formatted !== undefined && formatted !== text);
  const [first] = outcomes;
  if (options.check !== true) {
    if (first?.file !== standardInput) for (const { file, formatted } of changing) await write(file, formatted ?? '');
    else if (options.json !== true) process.stdout.write(first.formatted ?? '');
  }
  if (options.json === true) process.stdout.write(`${JSON.stringify(jsonReport(outcomes), undefined, 2)}\n`);
  else printReport(outcomes, changing, options);
  if (outcomes.some(({ formatted }) => formatted === undefined)) throw new CommandFailure(2, '');
  if (options.check === true && changing.length > 0) throw new CommandFailure(1, '');
}

async function ofStandardInput(paths: readonly string[]): Promise<Outcome> {
  if (paths.length > 1) throw new CommandFailure(2, 'the standard input is formatted alone', 'give either - or files');
  const pieces: Buffer[] = [];
  for await (const piece of process.stdin) pieces.push(Buffer.from(piece));
  return outcomeOf(standardInput, Buffer.concat(pieces).toString('utf8'));
}

function ofFile(file: string): Outcome {
  const reason = whyUnreadable(file);
  if (reason === undefined) return outcomeOf(file, readFileSync(file, 'utf8'));
  return { file, text: '', errors: [report.sourceUnreadable({ span: { file, start: 0, end: 0 }, path: file, reason })] };
}

function outcomeOf(file: string, text: string): Outcome {
  const { text: formatted, diagnostics } = format(file, text);
  const errors = diagnostics.filter(({ severity }) => severity === 'error');
  return formatted === undefined ? { file, text, errors } : { file, text, formatted, errors };
}

/** Through a link to the file that it names, which would become a file of its own otherwise. */
async function write(file: string, text: string): Promise<void> {
  await writeFileAtomically(realpathSync(file), text);
}

function printReport(outcomes: readonly Outcome[], changing: readonly Outcome[], options: Options): void {
  const broken = outcomes.filter(({ formatted }) => formatted === undefined);
  const sources = new Map(broken.map(({ file, text }) => [file, text]));
  printDiagnostics({ diagnostics: broken.flatMap(({ errors }) => errors), sources }, options);
  if (outcomes[0]?.file === standardInput && options.check !== true) return;
  const colors = colorsFor(process.stdout);
  for (const { file, text, formatted } of changing) {
    if (options.check !== true) process.stdout.write(`${file}: formatted\n`);
    else process.stdout.write(`${file}: not formatted\n${firstDifference(text, formatted ?? '', colors)}`);
  }
  const formatted = outcomes.length - broken.length - changing.length;
  const counts = [`${changing.length} ${options.check === true ? 'not formatted' : 'changed'}`, `${formatted} formatted already`];
  if (broken.length > 0) counts.push(`${broken.length} with errors, left alone`);
  process.stdout.write(`${counts.join(', ')}\n`);
}

function jsonReport(outcomes: readonly Outcome[]): unknown {
  return {
    files: outcomes.map(({ file, text, formatted, errors }) => ({
      file,
      changed: formatted !== undefined && formatted !== text,
      ...(file === standardInput && formatted !== undefined && { text: formatted }),
      diagnostics: toLanguageServerDiagnostics(errors, new Map([[file, text]])),
    })),
  };
}
