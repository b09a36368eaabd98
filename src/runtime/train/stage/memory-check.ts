import { totalmem } from 'node:os';
import type { StepMemory } from '../../../compiler/3-lower/index.js';
import { measureStep, type TrainStep } from '../../../compiler/3-lower/index.js';
import type { Program } from '../../../compiler/ir/program.js';
import type { EngineName } from '../../engines/engine.js';
import { estimatePeak, fittingBatch, type PeakEstimate } from '../../engines/step-memory.js';
import { operationFailure, type RuntimeFailure } from '../../files/index.js';

/** A step that needs more memory than the machine has. */
export class InsufficientMemory extends Error {
  override readonly name = 'InsufficientMemory';

  constructor(
    readonly stage: string,
    readonly estimate: PeakEstimate,
    /** Bytes that there are for the step and the pictures. */
    private readonly withPictures: number,
    /** Bytes of decoded pictures that are kept. */
    private readonly pictures: number,
    /** The largest batch that fits; 0 where none does. */
    readonly batch: number,
    /** Height and width of patches that fit with the batch as it is, where such are known. */
    readonly patch: Patch | undefined,
  ) {
    super(`a step of the stage ${stage} needs more memory than there is`);
  }

  /** Bytes that the pictures leave for the step. */
  get available(): number {
    return Math.max(0, this.withPictures - this.pictures);
  }

  /** What would fit: 'a batch of 6 fits', and what else takes of the memory. */
  get remedy(): string {
    const fits = this.batch > 0 || this.patch !== undefined;
    const fitting = describeFitting(this.batch, this.patch);
    if (this.pictures === 0) return fitting;
    const kept = `decoded pictures take another ${megabytes(this.pictures)}`;
    if (this.estimate.bytes > this.withPictures) return `${fitting}; ${kept}, less with a smaller loader.cache`;
    return `${kept}, and the step fits with a smaller loader.cache${fits ? `; with this one, ${fitting}` : ''}`;
  }
}

/** Bytes that a step may take: what the machine, or the container around this process, has, less what the process holds already. */
function memoryForSteps(): number {
  const limit = process.constrainedMemory();
  const whole = limit > 0 && limit < totalmem() ? limit : totalmem();
  return whole - process.memoryUsage().rss;
}

/** Height and width of a patch in pixels. */
export type Patch = readonly [number, number];

/** What steps are tried at to find one that fits. */
export interface StepSizes {
  readonly batch: number;
  readonly patch: Patch;
  /** The step of a stage for other patches; undefined where the network cannot take them. */
  lower(stage: string, patch: Patch): Program | undefined;
}

/** Share of the memory above which a step is told to be tight: other processes, and what the estimate does not know, need the rest. */
const tight = 0.8;

/**
 * Compares what steps need with the memory that there is.
 * @param pictures bytes of decoded pictures that will be kept beside them.
 * @returns a line for each stage that fits, but only just. Engines without an estimate pass.
 * @throws InsufficientMemory for the first of the stages whose step cannot fit.
 */
export function requireMemory(
  engine: EngineName,
  steps: ReadonlyMap<string, TrainStep>,
  sizes: StepSizes,
  pictures: number,
  memory = memoryForSteps(),
): string[] {
  const available = Math.max(0, memory - pictures);
  return [...steps].flatMap(([stage, { program }]) => {
    const needs = measureStep(program);
    const estimate = estimatePeak(engine, needs);
    if (estimate === undefined || estimate.bytes <= tight * available) return [];
    if (estimate.bytes > available) {
      const batch = fittingBatch(engine, needs, sizes.batch, available);
      throw new InsufficientMemory(stage, estimate, memory, pictures, batch, fittingPatch(engine, stage, needs, sizes, available));
    }
    const room = fittingBatch(engine, needs, sizes.batch, tight * available);
    const share = Math.round((100 * estimate.bytes) / available);
    const remedy = room === 0 ? 'smaller patches leave' : `a batch of ${room} leaves`;
    const there = `a step needs about ${share} % of the ${megabytes(available)} that there are`;
    if (pictures === 0) return [`stage ${stage}: ${there}; ${remedy} more room.`];
    return [`stage ${stage}: ${there} beside ${megabytes(pictures)} of decoded pictures; a smaller loader.cache or ${remedy} more room.`];
  });
}

/** Sides of patches that are proposed are multiples of it, as most networks need them. */
const sideStep = 8;
const attempts = 4;

/** The largest patches, or nearly, whose step fits into so much memory with the batch as it is: activations grow with their area, the rest does not. */
export function fittingPatch(
  engine: EngineName,
  stage: string,
  needs: StepMemory,
  { patch, lower }: StepSizes,
  available: number,
): Patch | undefined {
  // Batches of a thousand give the share of the activations that fits in thousandths.
  let scale = Math.sqrt(fittingBatch(engine, needs, 1000, available) / 1000);
  for (let attempt = 0; attempt < attempts; attempt++, scale *= 0.9) {
    const [height, width] = patch.map((side) => Math.floor((side * scale) / sideStep) * sideStep) as [number, number];
    if (height < sideStep || width < sideStep) return undefined;
    const program = lower(stage, [height, width]);
    const estimate = program && estimatePeak(engine, measureStep(program));
    if (estimate !== undefined && estimate.bytes <= available) return [height, width];
  }
  return undefined;
}

/** What would fit, for the user: 'a batch of 6 fits, or patches of 64x64 (height x width)'. */
export function describeFitting(batch: number, patch: Patch | undefined): string {
  const patches = patch && `patches of ${patch.join('x')} (height x width)`;
  if (batch > 0) return `a batch of ${batch} fits${patches === undefined ? '' : `, or ${patches}`}`;
  return patches === undefined ? 'not even one patch fits: make the patch smaller' : `not even one patch fits: ${patches} do`;
}

/** Of the memory that a step was estimated to need, what there was at most when the system gave none: it needs more than there is. */
const failedShare = 0.75;

/**
 * What is said where an engine got no memory for a step, in spite of the estimate.
 * @param before bytes that the process held before the stage. @param kept where the state before the step is, as a sentence; absent where nothing is lost.
 */
export function outOfMemory(
  engine: EngineName,
  { stage, step, reason }: { readonly stage: string; readonly step: number; readonly reason: string },
  program: Program,
  sizes: StepSizes,
  before: number,
  kept: string,
): RuntimeFailure {
  const needs = measureStep(program);
  const estimate = estimatePeak(engine, needs);
  const reached = process.resourceUsage().maxRSS * 1024 - before;
  const available = Math.min(failedShare * (estimate?.bytes ?? 0), Math.max(reached, process.availableMemory()));
  const batch = estimate === undefined ? Math.floor(sizes.batch / 2) : fittingBatch(engine, needs, sizes.batch, available);
  const patch = estimate === undefined ? undefined : fittingPatch(engine, stage, needs, sizes, available);
  const needed = estimate === undefined ? '' : `, which needs about ${megabytes(estimate.bytes)}`;
  return operationFailure(
    [
      `stage ${stage}, step ${step}: ${engine} got no memory for a step on ${sizes.batch} patches of ${sizes.patch.join('x')}${needed} (${reason}).`,
      `Give it more memory, or less to do: ${describeFitting(batch, patch)} (training.batch, training.patch).`,
      kept,
    ].join('\n'),
  );
}

/** What is said before the first step of a stage; undefined for engines without an estimate. */
export function expectedMemory(engine: EngineName, { program }: TrainStep): string | undefined {
  const estimate = estimatePeak(engine, measureStep(program));
  if (estimate === undefined) return undefined;
  const { rss } = process.memoryUsage();
  return `a step needs about ${megabytes(estimate.bytes)} on ${engine}; with what the process holds now, ${megabytes(rss + estimate.bytes)}`;
}

/** What is said after the last one: the most that the process ever held, as the system counted it. */
export function measuredMemory(): string {
  return `the process held ${megabytes(process.resourceUsage().maxRSS * 1024)} at its peak`;
}

const megabytes = (bytes: number): string => `${(bytes / 1e6).toFixed(0)} MB`;
