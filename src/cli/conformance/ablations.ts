import type { PublishedFigure } from './published-figures.js';

/** An ablation of Table 1 beside the whole model. */
export interface Ablation {
  /** What its name says, and how ours is read from the compiled variant. */
  readonly figures: readonly PublishedFigure[];
  /** Figures of the whole model that do not hold for it. */
  readonly changes: readonly string[];
}

const tableSide = 384;

const ofStages = ['epochs of DeG', 'epochs of ReG'];
const ofRate = ['learning rate, first step', 'learning rate factor over 6,000 steps', 'learning rate at the start of stage 2'];

/** The ablations of Table 1 by the names that it gives them. PSNR and SSIM, which it prints, take whole trainings. */
export const ablations: Readonly<Record<string, Ablation>> = {
  'w/o DL-DA': {
    figures: [
      {
        name: 'epochs in all',
        published: 60,
        source: 'Table 1, Sec. 3.1',
        mark: 'our choice',
        assumption: 'both generators, one after the other, are trained together for as long as the two stages last',
        ours: (facts) => facts.epochs('joint'),
      },
      {
        name: 'streams',
        published: 'low, normal',
        source: 'Table 1',
        mark: 'our choice',
        assumption: 'the original pairs only: no references, no discriminators, no consistency loss',
        ours: (facts) => facts.streams(),
      },
      {
        name: 'lambda, weight of SSIM',
        published: -0.2,
        source: 'eq. 9',
        mark: 'our choice',
        assumption: 'the loss is that of ReG, on the pairs',
        ours: (facts) => facts.numericSetting('joint.lambda'),
      },
    ],
    changes: [...ofStages, ...ofRate, 'alpha, weight of the GAN losses', 'lambda, weight of SSIM', 'epsilon of the Charbonnier penalty'],
  },
  'w/o MSR': {
    figures: [
      {
        name: 'pyramid levels',
        published: 1,
        source: 'Table 1',
        mark: 'our choice',
        assumption: 'one branch at half resolution with 10 RCABs per generator, which has about the compute of the pyramid (111.30 GFLOPs)',
        ours: (facts) => facts.blockParameterLength('deg', 'groups'),
      },
    ],
    changes: ['parameters', `GFLOPs at ${tableSide}x${tableSide}`, 'pyramid levels', 'RCABs per level', 'RCAB depths'],
  },
  'w/o KL': {
    figures: [
      {
        name: 'weight of the consistency loss',
        published: 0,
        source: 'Table 1, eq. 6',
        mark: 'literal',
        assumption: 'the adversarial losses stay',
        ours: (facts) => facts.numericSetting('degradation.consistency'),
      },
    ],
    changes: [],
  },
  'w/o SSIM': {
    figures: [
      {
        name: 'lambda, weight of SSIM',
        published: 0,
        source: 'Table 1, eq. 9',
        mark: 'literal',
        assumption: 'the content loss stays',
        ours: (facts) => facts.numericSetting('refinement.lambda'),
      },
    ],
    changes: ['lambda, weight of SSIM'],
  },
};
