import { dirname, isAbsolute, join } from 'node:path';
import { Ajv } from 'ajv';
import { parseReference } from '../../compiler/2-analyze/variants/reference.js';
import { compareNaturally, inputFailure } from '../files/index.js';
import { describeMistake, RunDocument } from '../train/index.js';
import { ablationSchema } from './ablation-schema.js';
import type { Budget } from './budget.js';

/** A row of the table before its model has been read. */
export interface VariantPlan {
  /** Undefined where the variant's own name is to be taken. */
  readonly name: string | undefined;
  /** Path of the model, `FILE` or `FILE#VARIANT`; undefined for that of the run file. */
  readonly model: string | undefined;
  /** Assignments for this row alone, `training.refinement.lambda=0`. */
  readonly set: readonly string[];
  /** Where it is named, as messages start with it. */
  readonly place: string;
}

/** What is compared with what, and how. Paths are as seen from the working directory. */
export interface Ablation {
  /** Path of the run file of the base. */
  readonly run: string;
  /** What the table calls the base; undefined for the name of its model. */
  readonly base: string | undefined;
  readonly variants: readonly VariantPlan[];
  readonly seeds: readonly number[];
  readonly budget: Budget;
  /** Names of metrics. */
  readonly metrics: readonly string[];
  /** Held-out pairs that the report shows. */
  readonly pictures: number;
  /** Of the picture that costs are for, '384x384'. */
  readonly size: string;
  /** Of the intervals, 0 to 1. */
  readonly confidence: number;
  readonly output: string;
}

/** What stands for what is left out. */
export const ablationDefaults = {
  base: undefined,
  seeds: [1, 2, 3],
  budget: { stageSteps: undefined, runSteps: undefined, runMinutes: undefined, totalMinutes: undefined },
  metrics: ['psnr', 'ssim'],
  pictures: 4,
  size: '384x384',
  confidence: 0.95,
} as const satisfies Partial<Ablation>;

interface RawAblation {
  readonly run: string;
  readonly base?: string;
  readonly variants: readonly (
    | string
    | { readonly name?: string; readonly model?: string; readonly set?: Readonly<Record<string, unknown>> }
  )[];
  readonly seeds?: readonly number[];
  readonly budget?: {
    readonly stage?: { readonly steps?: number };
    readonly run?: { readonly steps?: number; readonly minutes?: number };
    readonly total?: { readonly minutes?: number };
  };
  readonly metrics?: readonly string[];
  readonly pictures?: number;
  readonly size?: string;
  readonly confidence?: number;
  readonly output: string;
}

const validate = new Ajv({ allErrors: true, verbose: true, allowUnionTypes: true }).compile<RawAblation>(ablationSchema);

/** Reads and validates an ablation file. @throws RuntimeFailure with one line per mistake, each with line and column. */
export async function readAblation(path: string): Promise<Ablation> {
  const document = await RunDocument.read(path, 'an ablation file is a mapping that starts with `run:`');
  const raw = document.content();
  if (typeof raw === 'object' && raw !== null && 'model' in raw && !('run' in raw))
    throw inputFailure(
      `${path}:1:1: is a run file. Name the variants of its model, \`mfnc ablate ${path} --variants FILE... --output FOLDER\`, or write an ablation file that names it with \`run:\`.`,
    );
  if (!validate(raw)) {
    const mistakes = new Set((validate.errors ?? []).map((error) => describeMistake(error, document, 'the ablation file')));
    throw inputFailure([...mistakes].sort(compareNaturally).join('\n'));
  }
  const relative = (file: string): string => (isAbsolute(file) ? file : join(dirname(path), file));
  const reference = (model: string): string => {
    const { file, variant } = parseReference(model);
    return variant === undefined ? relative(file) : `${relative(file)}#${variant}`;
  };
  const { budget = {}, ...rest } = raw;
  return {
    ...ablationDefaults,
    ...rest,
    run: relative(raw.run),
    output: relative(raw.output),
    variants: raw.variants.map((variant, i) => {
      const place = document.placeOf(['variants', i]);
      if (typeof variant === 'string') return { name: undefined, model: reference(variant), set: [], place };
      const { name, model, set = {} } = variant;
      if (model === undefined && Object.keys(set).length === 0)
        throw inputFailure(`${place}: this variant is the base itself: give it a \`model:\` or something to \`set:\`.`);
      return { name, model: model === undefined ? undefined : reference(model), set: assignmentsIn(set), place };
    }),
    budget: {
      stageSteps: budget.stage?.steps,
      runSteps: budget.run?.steps,
      runMinutes: budget.run?.minutes,
      totalMinutes: budget.total?.minutes,
    },
  };
}

/** Nested mappings as assignments: `{ training: { batch: 4 } }` is `training.batch=4`. */
function assignmentsIn(set: Readonly<Record<string, unknown>>, prefix = ''): string[] {
  return Object.entries(set).flatMap(([key, value]) => {
    const path = `${prefix}${key}`;
    if (typeof value === 'object' && value !== null && !Array.isArray(value))
      return assignmentsIn(value as Record<string, unknown>, `${path}.`);
    return [`${path}=${typeof value === 'string' ? value : JSON.stringify(value)}`];
  });
}
