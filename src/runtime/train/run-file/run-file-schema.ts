import { elementTypes } from '../../../compiler/ir/element-type.js';
import { engineNames } from '../../engines/engine.js';

const text = { type: 'string', minLength: 1 } as const;
const count = { type: 'integer', minimum: 1 } as const;

/**
 * JSON Schema of a run file. What `data` and `training` may hold depends on the model: their keys are checked when it has been read.
 */
export const runFileSchema = {
  $schema: 'http://json-schema.org/draft-07/schema#',
  title: 'A training run of mfnc',
  type: 'object',
  additionalProperties: false,
  required: ['model', 'data', 'output'],
  properties: {
    model: { ...text, description: 'Path of the .mfn file.' },
    parameters: { type: ['object', 'null'], description: 'Parameters of the model, as `width: 16`.' },
    data: {
      type: 'object',
      required: [],
      properties: {
        pair: {
          type: ['object', 'array', 'string'],
          description: 'A folder for each role, a list of pairs, or the path of a manifest (CSV, YAML or JSON).',
        },
        validation: {
          type: 'object',
          description:
            'Pairs that are measured and never trained on; for a network that enlarges also pictures of the first unpaired stream.',
          properties: {
            every: { ...count, description: 'Takes the 1st, the (every + 1)st, ... pair in natural order of names. Default 1.' },
            pairs: { type: ['array', 'string'] },
          },
        },
      },
      additionalProperties: { type: ['string', 'array'], description: 'Folder, or list of files, of an unpaired stream of the model.' },
    },
    output: { ...text, description: 'Folder that the run writes to.' },
    engine: { enum: ['auto', ...engineNames], description: 'Default auto.' },
    precision: { enum: elementTypes, description: 'In which type convolutions are computed. Default float32.' },
    threads: { ...count, description: 'Threads of the engine. Default: the cores of the machine.' },
    weights: {
      type: ['string', 'object'],
      minLength: 1,
      additionalProperties: false,
      required: ['file'],
      description: 'Weights that all stages start from, in place of those drawn from the seed: a path, or a mapping.',
      properties: {
        file: { ...text, description: 'Weights, in any kind of file that mfnc reads.' },
        map: { ...text, description: 'Name map. Default: the .weights.yaml beside the model, where the weights are not under its names.' },
        sha256: { ...text, description: 'What the hash of the weights has to be, as mfnc weights show prints it.' },
      },
    },
    seed: { type: 'integer', minimum: 0, maximum: 2 ** 32 - 1, description: 'Default 1.' },
    training: {
      type: ['object', 'null'],
      description: 'Overrides of the training of the model: batch, patch, and the settings of its stages by name.',
    },
    loader: {
      type: 'object',
      additionalProperties: false,
      description: 'How pictures are loaded; none of it changes what a training computes.',
      properties: {
        workers: {
          type: 'integer',
          minimum: 0,
          maximum: 64,
          description:
            'Threads that decode pictures and cut patches; 0 for the one that computes. Default: the cores less one, at least 1, at most 4.',
        },
        prefetch: { type: 'integer', minimum: 1, maximum: 64, description: 'Batches kept ready. Default: workers + 3, within 256 MB.' },
        cache: {
          type: ['string', 'integer'],
          minimum: 0,
          pattern: '^\\s*\\d+(\\.\\d+)?\\s*[MGmg][Bb]\\s*$',
          examples: ['512MB', '2GB'],
          description: 'Memory for decoded pictures, in bytes or as 512MB; 0 for none. Default: 1 GiB, at most a quarter of the machine.',
        },
      },
    },
    samples: {
      type: 'object',
      additionalProperties: false,
      description: 'Pictures of input, output and truth.',
      properties: {
        every: { ...count, description: 'Steps between two pictures. Default 500.' },
        count: { type: 'integer', minimum: 0, maximum: 64, description: 'Pairs shown; 0 for none. Default 4.' },
      },
    },
    checkpoint: {
      type: 'object',
      additionalProperties: false,
      properties: {
        every: { ...count, description: 'Steps between two checkpoints. Default 200.' },
        keep: { ...count, description: 'Checkpoints that stay; older ones are removed. Default 3.' },
      },
    },
    validation: {
      type: 'object',
      additionalProperties: false,
      description: 'When the pairs of data.validation are measured; at the end of each stage they are in any case.',
      properties: {
        every: { ...count, description: 'Steps between two measurements. Default 1000.' },
        best: { enum: ['psnr', 'ssim'], description: 'Whose mean decides which weights are kept as best.safetensors. Default psnr.' },
      },
    },
  },
} as const;
