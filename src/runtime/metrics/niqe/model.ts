import { Ajv } from 'ajv';
import { inputFailure } from '../../files/index.js';
import type { ModelFile } from '../metric.js';
import { modelContent, requireSchema } from '../model-content.js';
import { featureCount } from './features.js';
import type { MultivariateGaussian } from './multivariate-gaussian.js';

/** The Gaussian of good photographs that NIQE measures the distance to. */
export interface NIQEModel {
  readonly gaussian: MultivariateGaussian;
  /** Where it came from, in a few words. */
  readonly source: string;
}

/** A photograph that a model was fitted on. */
export interface FittedPhotograph {
  readonly name: string;
  /** Of the file's bytes, hexadecimal. */
  readonly sha256: string;
  /** As measured, in pixels: after `maxSize`. */
  readonly width: number;
  readonly height: number;
  /** Blocks it has, and those of them that were sharp enough. */
  readonly blocks: number;
  readonly used: number;
}

/** How a model was fitted; in the file for people, no number depends on it. */
export interface NIQEFit {
  readonly mfnc: string;
  readonly block: number;
  /** Blocks count whose sharpness is above this share of the sharpest one of their photograph. */
  readonly sharpness: number;
  /** Larger photographs were made smaller until neither side was longer; null where all were taken as they are. */
  readonly maxSize: number | null;
  readonly blocks: number;
  readonly photographs: readonly FittedPhotograph[];
}

/** A model as a JSON file holds it. */
export interface NIQEModelContent {
  readonly source: string;
  readonly mu: readonly number[];
  readonly cov: readonly (readonly number[])[];
  readonly fit?: NIQEFit;
}

const kind = 'NIQE model';
const numbers = { type: 'array', items: { type: 'number' }, minItems: featureCount, maxItems: featureCount } as const;
const text = { type: 'string', minLength: 1 } as const;
const count = { type: 'integer', minimum: 0 } as const;
const closed = <T extends Readonly<Record<string, unknown>>>(properties: T) =>
  ({ type: 'object', additionalProperties: false, required: Object.keys(properties), properties }) as const;

const gaussianSchema = { mu: numbers, cov: { ...numbers, items: numbers } };
const ajv = new Ajv({ allErrors: true, verbose: true, allowUnionTypes: true });
const matchesSchema = ajv.compile<NIQEModelContent>({
  type: 'object',
  additionalProperties: false,
  required: ['source', 'mu', 'cov'],
  properties: {
    source: text,
    ...gaussianSchema,
    fit: closed({
      mfnc: text,
      block: count,
      sharpness: { type: 'number' },
      maxSize: { type: ['integer', 'null'] },
      blocks: count,
      photographs: { type: 'array', items: closed({ name: text, sha256: text, width: count, height: count, blocks: count, used: count }) },
    }),
  },
});
const matchesRelease = ajv.compile<{ readonly mu_prisparam: number[]; readonly cov_prisparam: number[][] }>(
  closed({ mu_prisparam: gaussianSchema.mu, cov_prisparam: gaussianSchema.cov }),
);

/**
 * Reads a model: JSON with `mu` (36 numbers), `cov` (36x36) and `source`, as `mfnc metrics fit-niqe` writes it, or the modelparameters.mat of the release.
 * @throws RuntimeFailure that says what is wrong, starting with the path.
 */
export function readNIQEModel(file: ModelFile): NIQEModel {
  const { form, content } = modelContent(file, kind);
  if (form === 'MAT-file') {
    requireSchema(file.path, kind, content, matchesRelease);
    return { gaussian: toGaussian(file.path, content.mu_prisparam, content.cov_prisparam), source: 'a MAT-file that does not say' };
  }
  requireSchema(file.path, kind, content, matchesSchema);
  return { gaussian: toGaussian(file.path, content.mu, content.cov), source: content.source };
}

/** Refuses numbers that are no Gaussian: damage that no schema sees. */
function toGaussian(path: string, mu: readonly number[], cov: readonly (readonly number[])[]): MultivariateGaussian {
  const wrong = (what: string) => inputFailure(`${path}: is no ${kind}: ${what}. The file is damaged; get it anew.`);
  if (![...mu, ...cov.flat()].every(Number.isFinite)) throw wrong('some of its numbers are not finite');
  for (const [i, row] of cov.entries()) {
    const variance = row[i] as number;
    if (variance <= 0) throw wrong(`the variance cov[${i}][${i}] is ${variance}, not above 0`);
    for (const [j, value] of row.entries()) {
      const bound = Math.sqrt(variance * ((cov[j] as readonly number[])[j] as number));
      if (Math.abs(value - ((cov[j] as readonly number[])[i] as number)) > 1e-9 * bound)
        throw wrong(`cov is not symmetric: cov[${i}][${j}] and cov[${j}][${i}] differ`);
      if (Math.abs(value) > bound * (1 + 1e-9)) throw wrong(`cov[${i}][${j}] is larger than the variances allow`);
    }
  }
  return { mean: Float64Array.from(mu), covariance: Float64Array.from(cov.flat()) };
}
