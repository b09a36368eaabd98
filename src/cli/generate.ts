import { createHash } from 'node:crypto';
import type { Command } from 'commander';
import { generatePackage, type WrittenPackage } from '../runtime/files/generated-package.js';
import { mfncVersion } from '../runtime/files/index.js';
import { analyzeFile, printDiagnostics } from './analyze-file.js';
import { CommandFailure } from './failure.js';
import { guarded } from './guarded.js';
import { type ErrorLimit, maxErrorsOption } from './max-errors.js';
import { type Overriding, overridesOf, setOption } from './set-option.js';

interface Options extends ErrorLimit, Overriding {
  readonly output: string;
  readonly force?: boolean;
  readonly json?: boolean;
}

/** What `mfnc generate typescript` prints with --json. */
interface Summary extends WrittenPackage {
  readonly mfnc: string;
  readonly model: string;
  /** Name of the variant, where it is one. */
  readonly variant?: string;
  readonly source: string;
}

export function register(program: Command): void {
  const generate = program
    .command('generate')
    .summary('write a model as TypeScript on tfjs')
    .description('Writes a model as source code that needs no mfnc.');
  generate
    .command('typescript')
    .description(
      'Writes a package of TypeScript on tfjs: the network, its losses, its training with all stages, and a command that enhances pictures. ' +
        'Files of an earlier run are overwritten only where nobody has edited them.',
    )
    .argument('<file>', '.mfn source with a model, or FILE#VARIANT')
    .requiredOption('-o, --output <folder>', 'folder to write to; made when it is missing')
    .option('--force', 'overwrite edited files too')
    .addOption(setOption())
    .addOption(maxErrorsOption())
    .option('--json', 'print what was written as JSON')
    .addHelpText(
      'after',
      '\nExample:\n  mfnc generate typescript models/lw-drgn.mfn -o lw-drgn\n  cd lw-drgn && npm install && npx tsx train.ts --help',
    )
    .action(guarded(generateTypeScript));
}

async function generateTypeScript(file: string, options: Options): Promise<void> {
  const analysis = analyzeFile(file, overridesOf(options));
  printDiagnostics(analysis, options);
  const { ir, modules, sources } = analysis;
  if (!ir) throw new CommandFailure(2, '');
  // ts-morph and prettier take a second to load, which only this command has to wait for.
  const { emitTypeScript } = await import('../compiler/4-emit/typescript/index.js');
  const { files, diagnostics } = await emitTypeScript({ ir, modules, sources, version: mfncVersion, sourceHash: hashOf(sources) });
  if (diagnostics.length > 0) {
    printDiagnostics({ diagnostics: [...diagnostics], sources }, options);
    throw new CommandFailure(2, '');
  }
  const written = await generatePackage(options.output, files, options.force ?? false);
  const summary: Summary = {
    mfnc: mfncVersion,
    model: ir.model.name,
    ...(ir.variant && { variant: ir.variant.name }),
    source: file,
    ...written,
  };
  process.stdout.write(options.json === true ? `${JSON.stringify(summary, undefined, 2)}\n` : formatSummary(summary, options.output));
}

/** Hash over the texts of all sources, the standard library included. */
function hashOf(sources: ReadonlyMap<string, string>): string {
  const hash = createHash('sha256');
  for (const text of sources.values()) hash.update(text).update('\0');
  return hash.digest('hex');
}

function formatSummary({ model, files, removed }: Summary, folder: string): string {
  const lines = files.reduce((sum, { lines: count }) => sum + count, 0);
  const gone = removed.length === 0 ? '' : `removed ${removed.join(', ')}\n`;
  return `${model} as TypeScript in ${folder}: ${files.map(({ path }) => path).join(', ')} (${lines} lines)\n${gone}${folder}/README.md says how to train it and where it runs.\n`;
}
