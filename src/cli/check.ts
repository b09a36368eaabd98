import type { Command } from 'commander';
import { Option } from 'commander';
import { applyFixes } from '../compiler/diagnostics/apply-fixes.js';
import type { AnalyzeResult, Diagnostic, IR } from '../compiler/index.js';
import { modelTitle } from '../compiler/ir/model-title.js';
import { analyzeFile, printDiagnostics } from './analyze-file.js';
import { CommandFailure } from './failure.js';
import { guarded } from './guarded.js';
import { toLanguageServerDiagnostics } from './language-server-diagnostics.js';
import { type ErrorLimit, limitErrors, maxErrorsOption } from './max-errors.js';
import { modelsIn } from './models-in.js';
import { type Overriding, overridesOf, setOption } from './set-option.js';

interface Options extends ErrorLimit, Overriding {
  readonly json?: boolean;
  readonly sarif?: boolean;
  readonly conformance?: boolean;
  readonly denyWarnings?: boolean;
  readonly fix?: boolean;
}

interface Checked {
  /** `FILE` or `FILE#VARIANT`. */
  readonly model: string;
  readonly result: AnalyzeResult;
}

export function register(program: Command): void {
  program
    .command('check')
    .summary('find mistakes in .mfn sources')
    .description('Parses and analyses sources, prints every mistake with its place, and what a model demands of its input.')
    .argument('<files...>', '.mfn sources, each with all its variants, or FILE#VARIANT')
    .option(
      '--fix',
      'first mend in the sources what has a certain fix: a name with one that is near, an import or version line that is missing',
    )
    .option('--deny-warnings', 'count warnings as errors, for continuous integration')
    .addOption(setOption())
    .addOption(maxErrorsOption())
    .option('--json', 'print the diagnostics as JSON, in the shape of the Language Server Protocol')
    .addOption(new Option('--sarif', 'print the diagnostics as SARIF 2.1.0').conflicts(['json', 'conformance']))
    .option('--conformance', 'print the figures published for each model beside ours, with the assumption behind each')
    .addHelpText(
      'after',
      [
        '',
        'Exit code 2 when a source has errors; warnings do not count. mfnc explain CODE says more about a mistake.',
        '',
        'Examples:',
        '  mfnc check models/drgn.mfn models/lw-drgn.mfn',
        '  mfnc check --deny-warnings --sarif models/*.mfn > mfnc.sarif',
      ].join('\n'),
    )
    .action(guarded(check));
}

async function check(files: readonly string[], options: Options): Promise<void> {
  if (options.fix === true) await mend(files);
  const checked = files.flatMap((file) => checkFile(file, options));
  if (options.json === true) printJson(await jsonReport(checked, options));
  else if (options.sarif === true) printJson(await sarifReport(checked, options));
  else await printReport(checked, options);
  if (checked.some(({ result }) => hasErrors(result))) throw new CommandFailure(2, '');
}

/** A file with its model and all its variants, or the one that is asked for. */
function checkFile(file: string, options: Options): Checked[] {
  return modelsIn(file).map((model) => ({ model, result: analyzeAs(model, options) }));
}

const keyOf = ({ code, message, span }: Diagnostic): string => `${code} ${span.file} ${span.start} ${span.end} ${message}`;

function analyzeAs(model: string, options: Options): AnalyzeResult {
  const result = analyzeFile(model, { requireModel: false, ...overridesOf(options) });
  return options.denyWarnings === true
    ? { ...result, diagnostics: result.diagnostics.map((diagnostic) => ({ ...diagnostic, severity: 'error' })) }
    : result;
}

/** A source that is mended shows mistakes that could not be seen before; so often it is looked at again. */
const roundsOfMending = 5;

/** Writes the sources anew with the certain fixes of their diagnostics. */
async function mend(files: readonly string[]): Promise<void> {
  const { writeFileAtomically } = await import('../runtime/files/index.js');
  const mended = new Set<string>();
  for (let round = 1; round <= roundsOfMending; round += 1) {
    const { diagnostics, sources } = together(
      files.flatMap(modelsIn).map((model) => ({ model, result: analyzeFile(model, { requireModel: false }) })),
    );
    const texts = applyFixes(diagnostics, sources);
    if (texts.size === 0) break;
    for (const [file, text] of texts) {
      await writeFileAtomically(file, text);
      mended.add(file);
    }
  }
  if (mended.size > 0) process.stderr.write(`mended ${[...mended].join(', ')}\n\n`);
}

function hasErrors({ diagnostics }: AnalyzeResult): boolean {
  return diagnostics.some(({ severity }) => severity === 'error');
}

const printJson = (value: unknown): boolean => process.stdout.write(`${JSON.stringify(value, undefined, 2)}\n`);

async function printReport(checked: readonly Checked[], options: Options): Promise<void> {
  const { formatConstraint } = await import('./image-size.js');
  printDiagnostics(together(checked), options);
  for (const { model, result } of checked) {
    if (hasErrors(result)) continue;
    if (!result.ir) {
      process.stdout.write(`${model}: well formed; it declares no model\n`);
      continue;
    }
    process.stdout.write(`${model}: ${summary(result.ir, formatConstraint)}\n`);
    if (options.conformance !== true) continue;
    const { conformanceOf, formatConformance } = await import('./conformance.js');
    const conformance = conformanceOf(result.ir);
    process.stdout.write(conformance ? `\n${formatConformance(conformance)}` : `nothing was published for ${modelTitle(result.ir)}\n`);
  }
}

/** The diagnostics of all files; one in a module that several of them import is told once. */
function together(checked: readonly Checked[]): Pick<AnalyzeResult, 'diagnostics' | 'sources'> {
  const all = checked.flatMap(({ result }) => result.diagnostics.map((diagnostic) => [keyOf(diagnostic), diagnostic] as const));
  return { diagnostics: [...new Map(all).values()], sources: new Map(checked.flatMap(({ result }) => [...result.sources])) };
}

function summary(ir: IR, formatConstraint: (constraint: IR['model']['constraints'][number]) => string): string {
  const constraints = ir.model.constraints.map(formatConstraint);
  return `${modelTitle(ir)} is well formed; ${constraints.length > 0 ? `its input needs ${constraints.join(', ')}` : 'its input may have any size'}`;
}

async function jsonReport(checked: readonly Checked[], options: Options): Promise<unknown> {
  const { conformanceOf } = await import('./conformance.js');
  return {
    files: checked.map(({ model, result }) => {
      const { told, omitted } = limitErrors(result.diagnostics, options);
      return {
        file: model,
        diagnostics: toLanguageServerDiagnostics(told, result.sources),
        ...(omitted > 0 && { omitted }),
        ...(result.ir && {
          model: result.ir.model.name,
          ...(result.ir.variant && { variant: result.ir.variant.name }),
          constraints: result.ir.model.constraints.map(({ symbol, divisor }) => ({ symbol, divisor })),
        }),
        ...(options.conformance === true && result.ir && { conformance: conformanceOf(result.ir) }),
      };
    }),
  };
}

async function sarifReport(checked: readonly Checked[], options: Options): Promise<unknown> {
  const { toSarif } = await import('./sarif.js');
  const { diagnostics, sources } = together(checked);
  return toSarif(limitErrors(diagnostics, options).told, sources);
}
