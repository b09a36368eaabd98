import path from 'node:path';
import type { Command } from 'commander';
import { type ListedVariant, listVariants } from '../compiler/2-analyze/variants/list-variants.js';
import { parseReference } from '../compiler/2-analyze/variants/reference.js';
import { analyzeFile, printDiagnostics } from './analyze-file.js';
import { CommandFailure } from './failure.js';
import { sourcesBelow } from './find-sources.js';
import { guarded } from './guarded.js';
import { formatImageSize, type ImageSize, parseImageSize } from './image-size.js';
import { type ErrorLimit, maxErrorsOption } from './max-errors.js';
import { costConvention, costTree, formatCost, inGiga, type NetworkCost } from './network-cost.js';
import { type Overriding, overridesOf, setOption } from './set-option.js';
import { createSourceHost, whyUnreadable } from './source-host.js';
import { formatTable } from './terminal/table.js';

interface Options extends ErrorLimit, Overriding {
  readonly size: string;
  readonly json?: boolean;
}

/** A variant as `mfnc variants` tells it. */
interface VariantRow extends ListedVariant {
  readonly file: string;
  /** How other commands are told to take it. */
  readonly reference: string;
  /** Undefined where it has errors, or the size does not fit it. */
  readonly cost?: NetworkCost;
}

/** What `mfnc variants --json` prints. */
interface Listing {
  readonly file: string;
  /** The model of the file, where it has one. */
  readonly model?: { readonly name: string; readonly cost?: NetworkCost };
  readonly size: ImageSize;
  readonly convention: string;
  readonly variants: readonly VariantRow[];
}

export function register(program: Command): void {
  program
    .command('variants')
    .summary('list the variants in a file, or of a model')
    .description(
      'Lists the variants that a file declares, with the number of their edits, parameters, GMACs and GFLOPs for one picture. For the file of a model also those of its variants that lie in its folder and the folders below.',
    )
    .argument('<file>', '.mfn source with variants or with a model')
    .option('--size <HxW>', 'height and width of the picture, in pixels', '384x384')
    .addOption(setOption())
    .addOption(maxErrorsOption())
    .option('--json', 'print JSON')
    .addHelpText(
      'after',
      [
        '',
        'Every command takes FILE#NAME for the variant of a name; a file with one variant and no model stands for it by itself.',
        '',
        `Convention: ${costConvention}.`,
        '',
        'Examples:',
        '  mfnc variants models/drgn.mfn',
        "  mfnc inspect 'models/ablations/without-kl.mfn#w/o KL'",
      ].join('\n'),
    )
    .action(guarded(listAll));
}

async function listAll(file: string, options: Options): Promise<void> {
  const size = parseImageSize(options.size);
  const reason = whyUnreadable(file);
  if (reason !== undefined) throw new CommandFailure(2, `cannot read ${file}: ${reason}`);
  const { variants, hasModel } = listVariants(file, createSourceHost()) ?? { variants: [], hasModel: false };
  const own = variants.map((variant) => ({ file, ...variant, reference: referenceTo(file, variant, variants.length === 1 && !hasModel) }));
  const others = hasModel ? variantsBelow(path.dirname(file), file) : [];
  let isSound = true;
  const costOf = (model: string): NetworkCost | undefined => {
    const result = analyzeFile(model, overridesOf(options));
    printDiagnostics({ ...result, diagnostics: result.diagnostics.filter(({ severity }) => severity === 'error') }, options);
    isSound &&= result.ir !== undefined;
    return result.ir && fits(result.ir, size) ? inGiga(costTree(result.ir, size)) : undefined;
  };
  const listing: Listing = {
    file,
    ...(hasModel && { model: modelOf(file, costOf) }),
    size,
    convention: costConvention,
    variants: [...own, ...others].map((row) => ({ ...row, ...definedCost(costOf(row.reference)) })),
  };
  process.stdout.write(options.json === true ? `${JSON.stringify(listing, undefined, 2)}\n` : formatListing(listing));
  if (!isSound) throw new CommandFailure(2, '');
}

const definedCost = (cost: NetworkCost | undefined): { readonly cost?: NetworkCost } => (cost === undefined ? {} : { cost });

function modelOf(file: string, costOf: (model: string) => NetworkCost | undefined): NonNullable<Listing['model']> {
  const { ir } = analyzeFile(file);
  return { name: ir?.model.name ?? path.basename(file), ...definedCost(costOf(file)) };
}

function fits({ model }: NonNullable<ReturnType<typeof analyzeFile>['ir']>, { height, width }: ImageSize): boolean {
  return model.constraints.every(({ symbol, divisor }) => (symbol === 'H' ? height : symbol === 'W' ? width : 0) % divisor === 0);
}

function referenceTo(file: string, { name }: ListedVariant, isOnly: boolean): string {
  return isOnly ? file : `${file}#${name}`;
}

/** The variants of a model in the sources of a folder and the folders below it, directly of it or by way of other variants. */
function variantsBelow(folder: string, model: string): Omit<VariantRow, 'cost'>[] {
  const host = createSourceHost();
  const target = path.resolve(model);
  return sourcesBelow(folder)
    .filter((file) => path.resolve(file) !== target)
    .flatMap((file) => {
      const { variants, hasModel } = listVariants(file, host) ?? { variants: [], hasModel: false };
      const isOnly = variants.length === 1 && !hasModel;
      return variants
        .filter((variant) => leadsTo(file, variant, target, []))
        .map((variant) => ({ file, ...variant, reference: referenceTo(file, variant, isOnly) }));
    });

  function leadsTo(file: string, { base }: ListedVariant, wanted: string, seen: readonly string[]): boolean {
    const reference = parseReference(base);
    const next = reference.file === '' ? file : host.resolve(file, reference.file);
    if (seen.includes(`${file}#${base}`)) return false;
    const { variants, hasModel } = listVariants(next, host) ?? { variants: [], hasModel: false };
    if (reference.variant === undefined && (hasModel || variants.length !== 1)) return path.resolve(next) === wanted;
    const named = reference.variant === undefined ? variants[0] : variants.find(({ name }) => name === reference.variant);
    return named !== undefined && leadsTo(next, named, wanted, [...seen, `${file}#${base}`]);
  }
}

function formatListing({ file, model, size, convention, variants }: Listing): string {
  const cells = (cost: NetworkCost | undefined): string[] => (cost === undefined ? ['', '', ''] : formatCost(cost));
  if (variants.length === 0) return `${file}: no variants here${model === undefined ? '' : ', and none of it in its folder and below'}\n`;
  const rows = variants.map(({ name, edits, reference, cost }) => [`"${name}"`, String(edits), ...cells(cost), reference]);
  const base = model === undefined ? [] : [[model.name, '', ...cells(model.cost), file]];
  return [
    formatTable(
      [
        { title: 'variant' },
        { title: 'edits', align: 'right' },
        { title: 'parameters', align: 'right' },
        { title: 'GMACs', align: 'right' },
        { title: 'GFLOPs', align: 'right' },
        { title: 'written as' },
      ],
      [...base, ...rows],
    ),
    `\nOne picture of ${formatImageSize(size)} (height x width). ${convention}.\n`,
  ].join('');
}
