import type { ModelFacts } from './model-facts.js';

/** literal: the paper says it. assumption: taken from the authors' other code or from figures. our choice: the paper leaves it open. */
export type Mark = 'literal' | 'assumption' | 'our choice';

/** A figure of the paper and how ours is read from a compiled model. */
export interface PublishedFigure {
  readonly name: string;
  readonly published: number | string;
  /** Digits after the point and unit, as the paper prints the figure. */
  readonly unit?: string;
  readonly digits?: number;
  /** Section or table of the paper. */
  readonly source: string;
  /** How sure it is that our reading of the figure is the paper's. */
  readonly mark: Mark;
  /** What ties our figure to the published one. */
  readonly assumption: string;
  /** Ours; undefined where the model has nothing of the kind. */
  readonly ours: (facts: ModelFacts) => number | string | undefined;
}

export const paper = 'Jiang et al., "Degrade is Upgrade: Learning Degradation for Low-light Image Enhancement", AAAI 2022';

const tableSide = 384;

const training: readonly PublishedFigure[] = [
  {
    name: 'learning rate, first step',
    published: 5e-4,
    source: 'Sec. 3.1',
    mark: 'literal',
    assumption: 'Adam with beta1 0.9, beta2 0.999 and epsilon 1e-8, which the paper does not give (our choice)',
    ours: (facts) => facts.rate('degradation', 0),
  },
  {
    name: 'learning rate factor over 6,000 steps',
    published: 0.9,
    source: 'Sec. 3.1',
    mark: 'assumption',
    assumption: 'the decay is continuous, 0.9 ^ (step / 6000), where a staircase is possible too',
    ours: (facts) => ratio(facts.rate('degradation', 6000), facts.rate('degradation', 0)),
  },
  {
    name: 'learning rate at the start of stage 2',
    published: 5e-4,
    source: 'Sec. 3.1',
    mark: 'our choice',
    assumption: 'steps are counted anew in each stage, so the rate restarts; the paper gives one rate for both',
    ours: (facts) => facts.rate('refinement', 0),
  },
  {
    name: 'batch size',
    published: 16,
    source: 'Sec. 3.1',
    mark: 'literal',
    assumption: 'as printed; each step takes as many unrelated reference patches',
    ours: (facts) => facts.batch(),
  },
  {
    name: 'patch, pixels',
    published: '96x96',
    source: 'Sec. 3.1',
    mark: 'literal',
    assumption: 'non-overlapping, as printed',
    ours: (facts) => facts.patch(),
  },
  {
    name: 'augmentation',
    published: 'flip, scale',
    source: 'Sec. 3.1',
    mark: 'literal',
    assumption: 'horizontal flips and scaling, as printed',
    ours: (facts) => facts.augmentations(),
  },
  {
    name: 'epochs of DeG',
    published: 20,
    source: 'Sec. 3.1',
    mark: 'literal',
    assumption: 'as printed; the two discriminators train along',
    ours: (facts) => facts.epochs('degradation'),
  },
  {
    name: 'epochs of ReG',
    published: 40,
    source: 'Sec. 3.1',
    mark: 'literal',
    assumption: 'as printed; DeG is frozen meanwhile (our choice: the paper does not say it)',
    ours: (facts) => facts.epochs('refinement'),
  },
  {
    name: 'alpha, weight of the GAN losses',
    published: 1e-5,
    source: 'eq. 7',
    mark: 'literal',
    assumption: 'eqs. 5 and 6 as printed for the discriminators; DeG minimises -log D of its fakes (assumption)',
    ours: (facts) => facts.numericSetting('degradation.alpha'),
  },
  {
    name: 'lambda, weight of SSIM',
    published: -0.2,
    source: 'eq. 9',
    mark: 'literal',
    assumption: 'SSIM with an 11x11 Gaussian window, sigma 1.5, data range 1 (assumption: Wang et al. 2004)',
    ours: (facts) => facts.numericSetting('refinement.lambda'),
  },
  {
    name: 'epsilon of the Charbonnier penalty',
    published: 1e-3,
    source: 'eq. 9',
    mark: 'literal',
    assumption: 'mean over elements (our choice: the paper writes no reduction)',
    ours: (facts) => facts.charbonnierEpsilons('refinement').join(', '),
  },
];

function size(parameters: number, gflops: number, digitsOfGflops: number, choices: string): readonly PublishedFigure[] {
  return [
    {
      name: 'parameters',
      published: parameters,
      unit: 'M',
      digits: 3,
      source: 'Table 2',
      mark: 'our choice',
      assumption: `DeG and ReG together, without the discriminators; ${choices}`,
      ours: (facts) => facts.parameters() / 1e6,
    },
    {
      name: `GFLOPs at ${tableSide}x${tableSide}`,
      published: gflops,
      digits: digitsOfGflops,
      source: 'Table 2',
      mark: 'our choice',
      assumption:
        "2 x MAC + bias additions, which recomputes the table's other TensorFlow rows; transposed convolutions on input positions",
      ours: (facts) => facts.gflops(tableSide, tableSide),
    },
  ];
}

/** The published figures of a model, by its name in the source. */
export const publishedFigures: Readonly<Record<string, readonly PublishedFigure[]>> = {
  DRGN: [
    ...size(4.773, 110.59, 2, 'width 64, initial convolutions of stride 2 and pixel-shuffle output'),
    {
      name: 'pyramid levels',
      published: 3,
      source: 'Sec. 3.1',
      mark: 'literal',
      assumption: 'Gaussian of 5 taps [.05 .25 .4 .25 .05], stride 2, replicated edges (assumption)',
      ours: (facts) => facts.blockParameterLength('deg', 'groups'),
    },
    {
      name: 'RCABs per level',
      published: '[2, 3, 4]',
      source: 'Sec. 3.1',
      mark: 'assumption',
      assumption: 'read as 2, 3 and 4 residual groups',
      ours: (facts) => listOf(facts.blockParameter('deg', 'groups')),
    },
    {
      name: 'RCAB depths',
      published: '[3, 3, 3]',
      source: 'Sec. 3.1',
      mark: 'assumption',
      assumption: 'read as 3 RCABs in every residual group; RCAB as in RCAN, reduction 16',
      ours: (facts) => repeated(facts.blockParameter('deg', 'rcabs'), facts.blockParameterLength('deg', 'groups')),
    },
    ...training,
  ],
  LWDRGN: [...size(0.66, 18.15, 2, 'the paper says "single branch" and "attention-guided dense fusion" and no more'), ...training],
};

function ratio(a: number | undefined, b: number | undefined): number | undefined {
  // Ten digits: the quotient of two rates carries rounding errors of float64.
  return a === undefined || b === undefined ? undefined : Number((a / b).toPrecision(10));
}

function listOf(value: unknown): string | undefined {
  return Array.isArray(value) ? `[${value.join(', ')}]` : undefined;
}

function repeated(value: unknown, times: number | undefined): string | undefined {
  return value === undefined || times === undefined ? undefined : listOf(Array.from({ length: times }, () => value));
}
