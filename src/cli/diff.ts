import type { Command } from 'commander';
import { diagramToSVG } from '../compiler/4-emit/diagram/index.js';
import { type Compared, compareModels, diffDiagram } from '../compiler/diff/index.js';
import { writeFileAtomically } from '../runtime/files/index.js';
import { requireIR } from './analyze-file.js';
import { CommandFailure } from './failure.js';
import { guarded } from './guarded.js';
import { type ImageSize, parseImageSize, requireSupportedSize } from './image-size.js';
import { type ErrorLimit, maxErrorsOption } from './max-errors.js';
import { costConvention } from './network-cost.js';
import { type Overriding, overridesOf, setOption } from './set-option.js';
import { colorsFor } from './terminal/colors.js';
import { formatModelDiff } from './terminal/model-diff.js';

interface Options extends ErrorLimit, Overriding {
  readonly size: string;
  readonly json?: boolean;
  readonly svg?: string;
}

export function register(program: Command): void {
  program
    .command('diff')
    .summary('print how two models differ')
    .description(
      'Prints the structural difference of two models with their trainings: blocks, shapes, parameters, compute, losses, stages, optimisers, data. The order and the layout of the sources do not count.',
    )
    .argument('<a>', '.mfn source with a model, or FILE#VARIANT')
    .argument('<b>', 'the one to compare it with')
    .option('--size <HxW>', 'height and width of the picture that the costs are for, in pixels', '384x384')
    .option('--json', 'print JSON, in the shape of diff.schema.json')
    .option('--svg <file>', 'also write the graph of the blocks with the changed ones marked')
    .addOption(setOption('give a parameter or a setting of both models another value'))
    .addOption(maxErrorsOption())
    .addHelpText(
      'after',
      `\nExit code 0 when they are equal, 1 when they differ, 2 for a mistake.\n\nConvention: ${costConvention}.\n\nExample:\n  mfnc diff models/drgn.mfn models/lw-drgn.mfn`,
    )
    .action(guarded(diff));
}

async function diff(a: string, b: string, options: Options): Promise<void> {
  const size = parseImageSize(options.size);
  const comparison = compareModels(compared(a, size, options), compared(b, size, options), size);
  const difference = comparison.diff;
  if (options.svg !== undefined) await writeFileAtomically(options.svg, diagramToSVG(diffDiagram(comparison)));
  process.stdout.write(
    options.json === true ? `${JSON.stringify(difference, undefined, 2)}\n` : formatModelDiff(difference, colorsFor(process.stdout)),
  );
  if (!difference.equal) throw new CommandFailure(1, '');
}

function compared(label: string, size: ImageSize, options: ErrorLimit & Overriding): Compared {
  const { ir } = requireIR(label, overridesOf(options), options);
  requireSupportedSize(ir, size);
  return { label, ir };
}
