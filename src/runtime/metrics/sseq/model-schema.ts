import { Ajv } from 'ajv';
import { featureCount } from './features.js';

/** Classes of distortions that the release knows: JPEG 2000, JPEG, noise, blur, fast fading. */
export const classCount = 5;

/** Type, kernel, degree, gamma and coef0 of a machine. */
type Parameters = readonly [number, number, number, number, number];

/** A classification as libsvm's MATLAB interface has it (its svm_model_matlab.c). */
export interface ClassifierContent {
  readonly Parameters: Parameters;
  readonly totalSV: number;
  readonly rho: readonly number[];
  readonly ProbA: readonly number[];
  readonly ProbB: readonly number[];
  readonly nSV: readonly number[];
  readonly sv_coef: readonly (readonly number[])[];
  readonly SVs: readonly (readonly number[])[];
}

/** A regression as libsvm's MATLAB interface has it. */
export interface RegressorContent {
  readonly Parameters: Parameters;
  readonly totalSV: number;
  readonly rho: number;
  readonly sv_coef: readonly number[];
  readonly SVs: readonly (readonly number[])[];
}

/** The variables of the release's model.mat. */
export interface SSEQModelContent {
  readonly source?: string;
  readonly fmin: readonly number[];
  readonly fmax: readonly number[];
  readonly svmmodel: ClassifierContent;
  readonly svrmodel: readonly RegressorContent[];
}

const number = { type: 'number' } as const;
const list = (length: number, items: object = number) => ({ type: 'array', items, minItems: length, maxItems: length });
const constant = (value: number | string | readonly number[], description: string) => ({ const: value, description });

function machine(type: object, more: Readonly<Record<string, object>>): object {
  const needed = {
    Parameters: {
      type: 'array',
      items: [type, constant(2, 'the kernel, which is a radial basis function'), number, { type: 'number', exclusiveMinimum: 0 }, number],
      minItems: 5,
      maxItems: 5,
    },
    totalSV: { type: 'integer', minimum: 1 },
    SVs: { type: 'array', items: list(featureCount) },
    ...more,
  };
  const unused = { sv_indices: { type: 'array' } };
  return { type: 'object', additionalProperties: false, required: Object.keys(needed), properties: { ...needed, ...unused } };
}

const pairs = (classCount * (classCount - 1)) / 2;
const classifier = machine(constant(0, 'the type C_SVC'), {
  nr_class: constant(classCount, 'classes'),
  Label: constant(
    Array.from({ length: classCount }, (_, i) => i + 1),
    'the classes in this order',
  ),
  rho: list(pairs),
  ProbA: list(pairs),
  ProbB: list(pairs),
  nSV: list(classCount, { type: 'integer', minimum: 0 }),
  sv_coef: { type: 'array', items: list(classCount - 1) },
});
const regressor = machine(constant(4, 'the type NU_SVR'), {
  nr_class: number,
  Label: { type: 'array' },
  rho: number,
  ProbA: { type: 'array' },
  ProbB: { type: 'array' },
  nSV: { type: 'array' },
  sv_coef: { type: 'array', items: number },
});

/** Whether content is a model of SSEQ; leaves to the reader what ties numbers to each other. */
export const matchesSSEQModel = new Ajv({ allErrors: true, verbose: true }).compile<SSEQModelContent>({
  type: 'object',
  additionalProperties: false,
  required: ['fmin', 'fmax', 'svmmodel', 'svrmodel'],
  properties: {
    source: { type: 'string', minLength: 1 },
    fmin: list(featureCount),
    fmax: list(featureCount),
    svmmodel: classifier,
    svrmodel: list(classCount, regressor),
  },
});
