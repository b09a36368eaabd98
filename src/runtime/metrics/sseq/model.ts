import { inputFailure } from '../../files/index.js';
import { fingerprint } from '../fingerprint.js';
import type { ModelFile } from '../metric.js';
import { modelContent, requireSchema } from '../model-content.js';
import { type ClassifierContent, matchesSSEQModel, type RegressorContent, type SSEQModelContent } from './model-schema.js';
import type { SupportVectorClassification, SupportVectorRegression } from './support-vector-machine.js';

/** How SSEQ makes a score of features: which distortion an image has, and how bad that is. */
export interface SSEQModel {
  /** Where it came from, in a few words. */
  readonly source: string;
  /** Identifies the model by its numbers. */
  readonly fingerprint: string;
  /** 12 numbers each: the range of each feature in the training, which becomes -1 to 1. */
  readonly minimum: Float64Array;
  readonly maximum: Float64Array;
  readonly classification: SupportVectorClassification;
  /** One for each class. */
  readonly regressions: readonly SupportVectorRegression[];
}

const kind = 'SSEQ model';

/**
 * Reads a model: the model.mat of the release, or JSON with its variables `fmin`, `fmax`, `svmmodel` and `svrmodel`.
 * @throws RuntimeFailure that says what is wrong, starting with the path.
 */
export function readSSEQModel(file: ModelFile): SSEQModel {
  const { form, content } = modelContent(file, kind);
  requireSchema(file.path, kind, content, matchesSSEQModel);
  const problem = [
    ...rangeProblems(content),
    ...machineProblems('svmmodel', content.svmmodel),
    ...classifierProblems(content.svmmodel),
    ...content.svrmodel.flatMap((machine, i) => machineProblems(`svrmodel[${i}]`, machine)),
  ][0];
  if (problem !== undefined) throw inputFailure(`${file.path}: is no ${kind}: ${problem}. The file is damaged; get it anew.`);
  return {
    source: content.source ?? `a ${form} file that does not say where it is from`,
    fingerprint: fingerprint(allNumbers(content)),
    minimum: Float64Array.from(content.fmin),
    maximum: Float64Array.from(content.fmax),
    classification: classification(content.svmmodel),
    regressions: content.svrmodel.map(regression),
  };
}

function rangeProblems({ fmin, fmax }: SSEQModelContent): string[] {
  return fmin.flatMap((minimum, i) =>
    minimum < (fmax[i] as number) ? [] : [`fmin[${i}] is ${minimum} and fmax[${i}] is ${fmax[i]}, which is not above it`],
  );
}

function machineProblems(place: string, { totalSV, SVs, sv_coef }: ClassifierContent | RegressorContent): string[] {
  return Object.entries({ SVs, sv_coef }).flatMap(([key, { length }]) =>
    length === totalSV ? [] : [`${place} says it has ${totalSV} support vectors, and \`${key}\` has ${length} rows`],
  );
}

function classifierProblems({ nSV, totalSV }: ClassifierContent): string[] {
  const sum = nSV.reduce((total, count) => total + count, 0);
  return sum === totalSV ? [] : [`svmmodel says it has ${totalSV} support vectors, and those of its classes are ${sum}`];
}

function classification({ Parameters, SVs, sv_coef, rho, ProbA, ProbB, nSV }: ClassifierContent): SupportVectorClassification {
  return {
    gamma: Parameters[3],
    vectors: SVs.map((vector) => Float64Array.from(vector)),
    counts: nSV,
    coefficients: sv_coef.map((row) => Float64Array.from(row)),
    rho: Float64Array.from(rho),
    sigmoid: { slope: Float64Array.from(ProbA), offset: Float64Array.from(ProbB) },
  };
}

function regression({ Parameters, SVs, sv_coef, rho }: RegressorContent): SupportVectorRegression {
  return {
    gamma: Parameters[3],
    vectors: SVs.map((vector) => Float64Array.from(vector)),
    coefficients: Float64Array.from(sv_coef),
    rho,
  };
}

/** Everything that scores depend on, in a fixed order. */
function allNumbers({ fmin, fmax, svmmodel, svrmodel }: SSEQModelContent): number[] {
  const { Parameters, rho, ProbA, ProbB, nSV, sv_coef, SVs } = svmmodel;
  return [
    ...[...fmin, ...fmax, Parameters[3], ...rho, ...ProbA, ...ProbB, ...nSV, ...sv_coef.flat(), ...SVs.flat()],
    ...svrmodel.flatMap((machine) => [machine.Parameters[3], machine.rho, ...machine.sv_coef, ...machine.SVs.flat()]),
  ];
}
