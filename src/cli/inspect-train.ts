import { InvalidArgumentError } from 'commander';
import { updatesText } from '../compiler/2-analyze/training/updates-text.js';
import {
  inPrecision,
  lowerTrainStep,
  measureStep,
  type OperatorTypes,
  type Precision,
  type StepMemory,
  summarizeTypes,
} from '../compiler/3-lower/index.js';
import { type Diagnostic, report, type Span } from '../compiler/diagnostics/index.js';
import type { Stage } from '../compiler/ir/ir.js';
import { estimatedEngines, estimatePeak, fittingBatch, type PeakEstimate } from '../runtime/engines/step-memory.js';
import { parseByteSize } from '../runtime/files/index.js';
import { describeFitting } from '../runtime/train/stage/memory-check.js';
import { printDiagnostics, requireIR } from './analyze-file.js';
import { CommandFailure } from './failure.js';
import { formatImageSize, type ImageSize } from './image-size.js';
import type { ErrorLimit } from './max-errors.js';
import { type Overriding, overridesOf } from './set-option.js';
import { formatTable } from './terminal/table.js';

/** The train step of one stage, as `mfnc inspect --train` tells it. */
interface StageInspection {
  readonly stage: string;
  /** How its losses change weights, as the sections of a source. */
  readonly updates: string;
  /** Operators of the step, casts included, and how many of them give which type. */
  readonly operators: number;
  readonly float32: number;
  readonly bfloat16: number;
  readonly byOperator: readonly OperatorTypes[];
  /** Bytes that all operators together write, and how many fewer these are than in float32 throughout. */
  readonly bytes: number;
  readonly bytesSaved: number;
  /** What the step needs whatever engine runs it: bytes of weights, moments and activations, multiply-accumulates with gradients. */
  readonly needs: StepMemory;
  /** Bytes that the step adds to a process, at its peak, on the engines for which that was measured. */
  readonly peak: readonly PeakEstimate[];
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
  /** Bytes that there are for a step. */
  readonly memory?: number;
}

/** Lowers the train step of every stage. @throws CommandFailure for a model without training. */
export function inspectTraining(file: string, options: TrainInspectionOptions): TrainInspection {
  const { ir, sources } = requireIR(file, overridesOf(options), options);
  const { training } = ir;
  if (training === undefined) throw new CommandFailure(2, `${ir.model.name} in ${file} has no training section, so it has no train step`);
  const { batch = training.batch, precision, memory } = options;
  const [height, width] = training.patch;
  const patch = options.patch ?? { height, width };
  const stages = training.stages.map((stage): StageInspection => {
    const { name } = stage;
    const { program } = lowerTrainStep(ir, name, { batch, ...patch }, sources);
    const inTypes = inPrecision(program, precision);
    const { nodes, operators, bytes } = summarizeTypes(inTypes);
    const needs = measureStep(inTypes);
    return {
      stage: name,
      updates: updatesText(stage),
      operators: nodes.float32 + nodes.bfloat16,
      ...nodes,
      byOperator: operators,
      bytes,
      bytesSaved: summarizeTypes(program).bytes - bytes,
      needs,
      peak: precision === 'float32' ? estimatedEngines.flatMap((engine) => estimatePeak(engine, needs) ?? []) : [],
    };
  });
  if (memory !== undefined) requireMemory(training.stages, stages, { batch, memory, sources });
  return { model: ir.model.name, ...(ir.variant && { variant: ir.variant.name }), batch, patch, precision, stages };
}

/** Ends the command where a stage fits into the memory on no engine. */
function requireMemory(
  stages: readonly Stage[],
  inspected: readonly StageInspection[],
  { batch, memory, sources }: { readonly batch: number; readonly memory: number; readonly sources: ReadonlyMap<string, string> },
): void {
  const diagnostics = inspected.flatMap(({ stage, needs, peak }) => {
    const [least] = peak.toSorted((a, b) => a.bytes - b.bytes);
    const span = stages.find(({ name }) => name === stage)?.span;
    if (least === undefined || least.bytes <= memory || span === undefined) return [];
    return [tooMuchMemory(span, stage, least, describeFitting(fittingBatch(least.engine, needs, batch, memory), undefined), memory)];
  });
  if (diagnostics.length === 0) return;
  printDiagnostics({ diagnostics, sources: new Map(sources) });
  throw new CommandFailure(2, '');
}

/** What `inspect` and `train` say of a step that is too large. @param remedy what would fit. */
export function tooMuchMemory(span: Span, stage: string, { engine, bytes }: PeakEstimate, remedy: string, memory: number): Diagnostic {
  return report.tooMuchMemory({ span, stage, needed: megabytes(bytes), engine, available: megabytes(memory), remedy });
}

/** Reads `--memory`: '16GB', '800MB'. */
export function parseMemory(text: string): number {
  const bytes = parseByteSize(text);
  if (bytes === undefined) throw new InvalidArgumentError("Give a size as '800MB' or '16GB'.");
  return bytes;
}

/** The tables that a person reads. */
export function formatTrainInspection({ model, variant, batch, patch, precision, stages }: TrainInspection): string {
  const title = `${model}${variant === undefined ? '' : `, variant "${variant}"`}, a train step on ${batch} patches of ${formatImageSize(patch)} (height x width), convolutions in ${precision}\n`;
  return [title, ...stages.map((stage) => `\n${formatStage(stage)}`)].join('');
}

function formatStage({ stage, updates, operators, bfloat16, byOperator, bytes, bytesSaved, needs, peak }: StageInspection): string {
  const rows = byOperator
    .toSorted((a, b) => b.bfloat16 - a.bfloat16 || b.float32 - a.float32)
    .map(({ op, bfloat16: reduced, float32 }) => [op, String(reduced), String(float32)]);
  const saved =
    bytesSaved === 0 ? '' : `, ${megabytes(bytesSaved)} (${((100 * bytesSaved) / (bytes + bytesSaved)).toFixed(0)} %) less than in float32`;
  return [
    `stage ${stage}: ${operators} operators, ${bfloat16} of them in bfloat16; they write ${megabytes(bytes)}${saved}\n`,
    `${(needs.macs / 1e9).toFixed(3)} GMACs a step, gradients included; ${formatNeeds(needs)}\n`,
    peak.length === 0
      ? ''
      : `peak memory of the step: about ${peak.map(({ engine, bytes: most }) => `${megabytes(most)} on ${engine}`).join(', ')}\n`,
    `${updates}\n`,
    '\n',
    formatTable([{ title: 'operator' }, { title: 'bfloat16', align: 'right' }, { title: 'float32', align: 'right' }], rows),
  ].join('');
}

function formatNeeds({ held, activations, peak }: StepMemory): string {
  const place = peak?.origin?.line === undefined ? '' : `, ${peak.origin.file}:${peak.origin.line}`;
  const at = peak === undefined ? '' : `, the most of them at ${peak.op}${place}`;
  return `weights and moments ${megabytes(held)}, activations ${megabytes(activations)}${at}`;
}

function megabytes(bytes: number): string {
  return `${(bytes / 1e6).toFixed(1)} MB`;
}
