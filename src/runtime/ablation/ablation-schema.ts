import { metrics } from '../metrics/index.js';
import { mostMinutes } from './budget.js';

const text = { type: 'string', minLength: 1 } as const;
const count = { type: 'integer', minimum: 1 } as const;
const minutes = { type: 'number', exclusiveMinimum: 0, maximum: mostMinutes } as const;

/** JSON Schema of an ablation file. */
export const ablationSchema = {
  $schema: 'http://json-schema.org/draft-07/schema#',
  title: 'An ablation of mfnc',
  type: 'object',
  additionalProperties: false,
  required: ['run', 'variants', 'output'],
  properties: {
    run: { ...text, description: 'Path of the run file of the base; all variants are trained as it says.' },
    base: { ...text, description: 'What the table calls the base. Default: the name of its model.' },
    variants: {
      type: 'array',
      minItems: 1,
      description: 'What is compared with the base, in the order of the table.',
      items: {
        type: ['string', 'object'],
        minLength: 1,
        additionalProperties: false,
        properties: {
          name: { ...text, description: 'What the table calls it. Default: the name of the variant.' },
          model: { ...text, description: 'FILE or FILE#VARIANT. Default: the model of the run file.' },
          set: { type: 'object', description: 'Values for this variant alone, as `width: 16` or `training.refinement.lambda: 0`.' },
        },
      },
    },
    seeds: {
      type: 'array',
      minItems: 1,
      uniqueItems: true,
      items: { type: 'integer', minimum: 0, maximum: 2 ** 32 - 1 },
      description: 'Default 1, 2, 3.',
    },
    budget: {
      type: 'object',
      additionalProperties: false,
      properties: {
        stage: { type: 'object', additionalProperties: false, properties: { steps: count } },
        run: { type: 'object', additionalProperties: false, properties: { steps: count, minutes } },
        total: { type: 'object', additionalProperties: false, properties: { minutes } },
      },
    },
    metrics: {
      type: 'array',
      minItems: 1,
      uniqueItems: true,
      items: { type: 'string', enum: metrics.map(({ name }) => name) },
      description: 'Default psnr, ssim.',
    },
    pictures: { type: 'integer', minimum: 0, maximum: 64, description: 'Held-out pairs that report.html shows. Default 4.' },
    size: { ...text, description: 'Height and width of the picture that GMACs and GFLOPs are for, as 384x384, which is the default.' },
    confidence: { type: 'number', exclusiveMinimum: 0, exclusiveMaximum: 1, description: 'Of the intervals. Default 0.95.' },
    output: { ...text, description: 'Folder that everything is written to.' },
  },
} as const;
