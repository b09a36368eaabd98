import { totalmem } from 'node:os';
import { measureStep, type TrainStep } from '../../compiler/3-lower/index.js';
import type { EngineName } from '../engines/engine.js';
import { estimatePeak, fittingBatch, type PeakEstimate } from '../engines/step-memory.js';

/** A step that needs more memory than the machine has. */
export class InsufficientMemory extends Error {
  override readonly name = 'InsufficientMemory';

  constructor(
    readonly stage: string,
    readonly estimate: PeakEstimate,
    /** Bytes that there are for the step. */
    readonly available: number,
    /** The largest batch that fits; 0 where none does. */
    readonly batch: number,
  ) {
    super(`a step of the stage ${stage} needs more memory than there is`);
  }
}

/** Bytes that a step may take: what the machine, or the container around this process, has, less what the process holds already. */
function memoryForSteps(): number {
  const limit = process.constrainedMemory();
  const whole = limit > 0 && limit < totalmem() ? limit : totalmem();
  return whole - process.memoryUsage().rss;
}

/** @throws InsufficientMemory for the first of the stages whose step cannot fit. Engines without an estimate pass. */
export function requireMemory(
  engine: EngineName,
  steps: ReadonlyMap<string, TrainStep>,
  batch: number,
  available = memoryForSteps(),
): void {
  for (const [stage, { program }] of steps) {
    const needs = measureStep(program);
    const estimate = estimatePeak(engine, needs);
    if (estimate !== undefined && estimate.bytes > available) {
      throw new InsufficientMemory(stage, estimate, available, fittingBatch(engine, needs, batch, available));
    }
  }
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
