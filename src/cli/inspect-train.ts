import { InvalidArgumentError } from 'commander';
import { inPrecision, lowerTrainStep, type OperatorTypes, type Precision, summarizeTypes } from '../compiler/3-lower/index.js';
import { requireIR } from './analyze-file.js';
import { CommandFailure } from './failure.js';
import { formatImageSize, type ImageSize } from './image-size.js';
import type { ErrorLimit } from './max-errors.js';
import { type Overriding, overridesOf } from './set-option.js';
import { formatTable } from './terminal/table.js';

/** The train step of one stage, as `mfnc inspect --train` tells it. */
interface StageInspection {
  readonly stage: string;
  /** Operators of the step, casts included, and how many of them give which type. */
  readonly operators: number;
  readonly float32: number;
  readonly bfloat16: number;
  readonly byOperator: readonly OperatorTypes[];
  /** Bytes that all operators together write, and how many fewer these are than in float32 throughout. */
  readonly bytes: number;
  readonly bytesSaved: number;
}

/** What `mfnc inspect --train --json` prints. */
export interface TrainInspection {
  readonly model: string;
  /** Name of the variant, where it is one. */
  readonly variant?: string;
  readonly batch: number;
  readonly patch: ImageSize;
  readonly precision: Precision;
  readonly stages: readonly StageInspection[];
}

/** What may be asked for instead of the model's own batch and patch. */
export interface TrainInspectionOptions extends ErrorLimit, Overriding {
  readonly batch?: number;
  readonly patch?: ImageSize;
  readonly precision: Precision;
}

/** Lowers the train step of every stage. @throws CommandFailure for a model without training. */
export function inspectTraining(file: string, options: TrainInspectionOptions): TrainInspection {
  const { ir } = requireIR(file, overridesOf(options), options);
  const { training } = ir;
  if (training === undefined) throw new CommandFailure(2, `${ir.model.name} in ${file} has no training section, so it has no train step`);
  const { batch = training.batch, precision } = options;
  const [height, width] = training.patch;
  const patch = options.patch ?? { height, width };
  const stages = training.stages.map(({ name }): StageInspection => {
    const { program } = lowerTrainStep(ir, name, { batch, ...patch });
    const { nodes, operators, bytes } = summarizeTypes(inPrecision(program, precision));
    return {
      stage: name,
      operators: nodes.float32 + nodes.bfloat16,
      ...nodes,
      byOperator: operators,
      bytes,
      bytesSaved: summarizeTypes(program).bytes - bytes,
    };
  });
  return { model: ir.model.name, ...(ir.variant && { variant: ir.variant.name }), batch, patch, precision, stages };
}

/** The tables that a person reads. */
export function formatTrainInspection({ model, variant, batch, patch, precision, stages }: TrainInspection): string {
  const title = `${model}${variant === undefined ? '' : `, variant "${variant}"`}, a train step on ${batch} patches of ${formatImageSize(patch)} (height x width), convolutions in ${precision}\n`;
  return [title, ...stages.map((stage) => `\n${formatStage(stage)}`)].join('');
}

function formatStage({ stage, operators, bfloat16, byOperator, bytes, bytesSaved }: StageInspection): string {
  const rows = byOperator
    .toSorted((a, b) => b.bfloat16 - a.bfloat16 || b.float32 - a.float32)
    .map(({ op, bfloat16: reduced, float32 }) => [op, String(reduced), String(float32)]);
  const saved =
    bytesSaved === 0 ? '' : `, ${megabytes(bytesSaved)} (${((100 * bytesSaved) / (bytes + bytesSaved)).toFixed(0)} %) less than in float32`;
  return [
    `stage ${stage}: ${operators} operators, ${bfloat16} of them in bfloat16; they write ${megabytes(bytes)}${saved}\n\n`,
    formatTable([{ title: 'operator' }, { title: 'bfloat16', align: 'right' }, { title: 'float32', align: 'right' }], rows),
  ].join('');
}

function megabytes(bytes: number): string {
  return `${(bytes / 1e6).toFixed(1)} MB`;
}

/** Reads `--batch`. */
export function parseBatch(text: string): number {
  const batch = Number(text);
  if (!Number.isInteger(batch) || batch < 1) throw new InvalidArgumentError('Give a whole number from 1.');
  return batch;
}
