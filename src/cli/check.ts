import type { Command } from 'commander';
import type { AnalyzeResult, Diagnostic, IR } from '../compiler/index.js';
import { analyzeFile, printDiagnostics } from './analyze-file.js';
import { CommandFailure } from './failure.js';
import { toLanguageServerDiagnostics } from './language-server-diagnostics.js';

interface Options {
  readonly json?: boolean;
  readonly conformance?: boolean;
}

interface Checked {
  readonly file: string;
  readonly result: AnalyzeResult;
}

export function register(program: Command): void {
  program
    .command('check')
    .summary('find mistakes in .mfn sources')
    .description('Parses and analyses sources, prints every mistake with its place, and what a model demands of its input.')
    .argument('<files...>', '.mfn sources')
    .option('--json', 'print the diagnostics as JSON, in the shape of the Language Server Protocol')
    .option('--conformance', 'print the figures published for each model beside ours, with the assumption behind each')
    .addHelpText(
      'after',
      '\nExit code 2 when a source has errors; warnings do not count.\n\nExample:\n  mfnc check models/drgn.mfn models/lw-drgn.mfn',
    )
    .action(check);
}

async function check(files: readonly string[], options: Options): Promise<void> {
  const checked = files.map((file) => ({ file, result: analyzeFile(file, { requireModel: false }) }));
  if (options.json === true) process.stdout.write(`${JSON.stringify(await jsonReport(checked, options), undefined, 2)}\n`);
  else await printReport(checked, options);
  if (checked.some(({ result }) => hasErrors(result))) throw new CommandFailure(2, '');
}

function hasErrors({ diagnostics }: AnalyzeResult): boolean {
  return diagnostics.some(({ severity }) => severity === 'error');
}

async function printReport(checked: readonly Checked[], options: Options): Promise<void> {
  const { formatConstraint } = await import('./image-size.js');
  printDiagnostics(together(checked));
  for (const { file, result } of checked) {
    if (!result.ir) {
      if (!hasErrors(result)) process.stdout.write(`${file}: well formed; it declares no model\n`);
      continue;
    }
    process.stdout.write(`${file}: ${summary(result.ir, formatConstraint)}\n`);
    if (options.conformance !== true) continue;
    const { conformanceOf, formatConformance } = await import('./conformance.js');
    const conformance = conformanceOf(result.ir);
    process.stdout.write(
      conformance ? `\n${formatConformance(conformance)}` : `nothing was published for a model named ${result.ir.model.name}\n`,
    );
  }
}

/** The diagnostics of all files; one in a module that several of them import is told once. */
function together(checked: readonly Checked[]): Pick<AnalyzeResult, 'diagnostics' | 'sources'> {
  const places = ({ code, message, span }: Diagnostic): string => `${code} ${span.file} ${span.start} ${span.end} ${message}`;
  const all = checked.flatMap(({ result }) => result.diagnostics.map((diagnostic) => [places(diagnostic), diagnostic] as const));
  return { diagnostics: [...new Map(all).values()], sources: new Map(checked.flatMap(({ result }) => [...result.sources])) };
}

function summary(ir: IR, formatConstraint: (constraint: IR['model']['constraints'][number]) => string): string {
  const constraints = ir.model.constraints.map(formatConstraint);
  return `${ir.model.name} is well formed; ${constraints.length > 0 ? `its input needs ${constraints.join(', ')}` : 'its input may have any size'}`;
}

async function jsonReport(checked: readonly Checked[], options: Options): Promise<unknown> {
  const { conformanceOf } = await import('./conformance.js');
  return {
    files: checked.map(({ file, result }) => ({
      file,
      diagnostics: toLanguageServerDiagnostics(result.diagnostics, result.sources),
      ...(result.ir && {
        model: result.ir.model.name,
        constraints: result.ir.model.constraints.map(({ symbol, divisor }) => ({ symbol, divisor })),
      }),
      ...(options.conformance === true && result.ir && { conformance: conformanceOf(result.ir) }),
    })),
  };
}
