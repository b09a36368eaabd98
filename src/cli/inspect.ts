import { type Command, Option } from 'commander';
import type { InstanceCost, Precision } from '../compiler/3-lower/index.js';
import type { IR } from '../compiler/ir/ir.js';
import { requireIR } from './analyze-file.js';
import { CommandFailure } from './failure.js';
import { guarded } from './guarded.js';
import { formatConstraint, formatImageSize, type ImageSize, parseImageSize, requireSupportedSize } from './image-size.js';
import { formatTrainInspection, inspectTraining, parseMemory } from './inspect-train.js';
import { type ErrorLimit, maxErrorsOption } from './max-errors.js';
import { costConvention, costTree, formatCost, inGiga, type NetworkCost } from './network-cost.js';
import { parseCount } from './parse-count.js';
import { precisionOption } from './precision-option.js';
import { type Overriding, overridesOf, setOption } from './set-option.js';
import { type Column, formatTable } from './terminal/table.js';

/** One instance of a block, with everything in it. */
interface BlockRow extends NetworkCost {
  /** 'deg.r[2].group[1]' */
  readonly path: string;
  /** Name of its block in the source, 'ResidualGroup'. */
  readonly block: string;
  /** 1 for the instances of the model itself, 2 for those inside them. */
  readonly depth: number;
  /** Shape of its first result for one picture; of its last application where it is applied more than once. */
  readonly shape: readonly number[];
  /** How often it is applied; its GMACs and GFLOPs are those of all applications. */
  readonly applications: number;
}

/** A network that a stage trains besides the model. */
interface DiscriminatorRow extends BlockRow {
  readonly stage: string;
}

/** What `mfnc inspect --json` prints. */
interface Inspection extends NetworkCost {
  readonly model: string;
  /** Name of the variant, where it is one. */
  readonly variant?: string;
  readonly size: ImageSize;
  readonly convention: string;
  readonly constraints: readonly string[];
  readonly blocks: readonly BlockRow[];
  /** Size of a training patch, for which the costs of the discriminators are given. */
  readonly patch?: ImageSize;
  readonly discriminators: readonly DiscriminatorRow[];
}

interface Options extends ErrorLimit, Overriding {
  readonly size: string;
  readonly depth: string;
  readonly train?: boolean;
  readonly batch?: number;
  readonly patch?: string;
  readonly memory?: number;
  readonly precision: Precision;
  readonly json?: boolean;
}

/** What an option about train steps asks for. */
const train = { train: true };

export function register(program: Command): void {
  program
    .command('inspect')
    .summary('print the blocks of a model with shapes, parameters and cost')
    .description(
      'Prints a table of the blocks of a model: output shape, parameters, GMACs and GFLOPs for one picture, and the totals. With --train, of the train step of each stage: compute, memory at its peak, operators and the types they compute in.',
    )
    .argument('<file>', '.mfn source with a model, or FILE#VARIANT')
    .option('--size <HxW>', 'height and width of the picture, in pixels', '384x384')
    .option('--depth <levels>', 'levels of blocks within blocks that are shown', '2')
    .option('--train', 'tell about the train steps of the stages instead')
    .addOption(
      new Option('--batch <count>', 'patches in a batch of --train; default: as the model says').argParser(parseCount(1)).implies(train),
    )
    .addOption(new Option('--patch <HxW>', 'height and width of a patch of --train; default: as the model says').implies(train))
    .addOption(new Option('--memory <size>', 'fail where a train step needs more, as 16GB or 800MB').argParser(parseMemory).implies(train))
    .addOption(precisionOption(' in the train step').default('float32').implies(train))
    .addOption(setOption())
    .addOption(maxErrorsOption())
    .option('--json', 'print JSON')
    .addHelpText(
      'after',
      `\nConvention: ${costConvention}.\n\nExample:\n  mfnc inspect models/drgn.mfn --size 384x384 --depth 1\n  mfnc inspect models/lw-drgn.mfn --train --precision bfloat16`,
    )
    .action(
      guarded(async (file: string, options: Options) => {
        if (options.train === true) {
          printTraining(file, options);
          return;
        }
        const inspection = inspect(file, parseImageSize(options.size), parseDepth(options.depth), options);
        process.stdout.write(options.json === true ? `${JSON.stringify(inspection, undefined, 2)}\n` : formatInspection(inspection));
      }),
    );
}

function printTraining(file: string, options: Options): void {
  const { batch, patch, precision, json, maxErrors, set, memory } = options;
  const inspection = inspectTraining(file, {
    ...(maxErrors === undefined ? {} : { maxErrors }),
    ...(set === undefined ? {} : { set }),
    ...(memory === undefined ? {} : { memory }),
    ...(batch === undefined ? {} : { batch }),
    ...(patch === undefined ? {} : { patch: parseImageSize(patch, '--patch') }),
    precision,
  });
  process.stdout.write(json === true ? `${JSON.stringify(inspection, undefined, 2)}\n` : formatTrainInspection(inspection));
}

function parseDepth(text: string): number {
  const depth = Number(text);
  if (!Number.isInteger(depth) || depth < 1) throw new CommandFailure(2, `--depth is '${text}'`, 'give a whole number from 1');
  return depth;
}

function inspect(file: string, size: ImageSize, depth: number, options: ErrorLimit & Overriding): Inspection {
  const { ir } = requireIR(file, overridesOf(options), options);
  requireSupportedSize(ir, size);
  const root = costTree(ir, size);
  return {
    model: ir.model.name,
    ...(ir.variant && { variant: ir.variant.name }),
    size,
    convention: costConvention,
    constraints: ir.model.constraints.map(formatConstraint),
    ...inGiga(root),
    blocks: rowsOf(root, depth),
    ...discriminatorsOf(ir, new Set(root.children.map((child) => child.path))),
  };
}

/** The instances inside an instance, each followed by those inside it. */
function rowsOf(parent: InstanceCost, levels: number, depth = 1): BlockRow[] {
  if (depth > levels) return [];
  return parent.children.flatMap((child) => {
    const { path, block, applications } = child;
    const row: BlockRow = { path, block, depth, shape: child.outputShapes[0] ?? [], applications, ...inGiga(child) };
    return [row, ...rowsOf(child, levels, depth + 1)];
  });
}

/** The instances that stages make besides those of the model, which are in `ofModel`. */
function discriminatorsOf(ir: IR, ofModel: ReadonlySet<string>): Pick<Inspection, 'patch' | 'discriminators'> {
  if (ir.training === undefined) return { discriminators: [] };
  const [height, width] = ir.training.patch;
  const patch = { height, width };
  const discriminators = ir.training.stages.flatMap((stage) =>
    rowsOf(costTree(ir, patch, stage.definition), 1)
      .filter((row) => !ofModel.has(row.path))
      .map((row) => ({ stage: stage.name, ...row })),
  );
  return { patch, discriminators };
}

const columns: readonly Column[] = [
  { title: 'block' },
  { title: 'of' },
  { title: 'output' },
  { title: 'parameters', align: 'right' },
  { title: 'GMACs', align: 'right' },
  { title: 'GFLOPs', align: 'right' },
];

function formatInspection(inspection: Inspection): string {
  const { model, variant, size, blocks, discriminators, patch, constraints } = inspection;
  const constraint = constraints.length === 0 ? 'takes any size' : `needs ${constraints.join(', ')}`;
  const total = ['total', '', '', ...formatCost(inspection)];
  const parts = [
    `${variant === undefined ? model : `${model}, variant "${variant}",`} on one picture of ${formatImageSize(size)} (height x width); it ${constraint}\n\n`,
    formatTable(columns, [...indented(blocks), 'rule', total]),
    `\n${inspection.convention}.\n`,
  ];
  if (patch !== undefined && discriminators.length > 0) {
    const rows = discriminators.map((row) => [`${row.path} (stage ${row.stage})`, ...cellsOf(row)]);
    parts.push(
      `\nTrained along, not in the total; on one patch of ${formatImageSize(patch)}, all applications of a step:\n\n${formatTable(columns, rows)}`,
    );
  }
  return parts.join('');
}

/** Table rows that show of each path only what the row of the block above does not say. */
function indented(rows: readonly BlockRow[]): string[][] {
  const above: string[] = [];
  return rows.map((row) => {
    above.length = row.depth - 1;
    const name = row.path.slice(above.at(-1) === undefined ? 0 : `${above.at(-1)}.`.length);
    above.push(row.path);
    return [`${'  '.repeat(row.depth - 1)}${name}`, ...cellsOf(row)];
  });
}

/** All cells but the first. */
function cellsOf(row: BlockRow): string[] {
  const times = row.applications > 1 ? ` x${row.applications}` : '';
  return [`${row.block}${times}`, row.shape.slice(1).join('x'), ...formatCost(row)];
}
