import { Ajv } from 'ajv';
import { inputFailure, readText } from '../files/index.js';
import type { MetricResults } from './results.js';

const largestResults = 256 * 2 ** 20;

/** `Scores` as JSON. */
export const scoresSchema = { type: 'object', additionalProperties: { type: 'number', nullable: true } } as const;

/** What is needed of results to compare them; they may say more, as those of an evaluation do. */
export const metricResultsSchema = {
  type: 'object',
  required: ['mean', 'images', 'protocols'],
  properties: {
    mean: scoresSchema,
    images: {
      type: 'array',
      items: { type: 'object', required: ['name', 'scores'], properties: { name: { type: 'string' }, scores: scoresSchema } },
    },
    protocols: {
      type: 'object',
      additionalProperties: {
        type: 'object',
        required: ['id', 'settings'],
        properties: {
          id: { type: 'string' },
          settings: { type: 'object', additionalProperties: { anyOf: [{ type: 'string' }, { type: 'number' }] } },
        },
      },
    },
  },
} as const;

const matchesSchema = new Ajv().compile<MetricResults>(metricResultsSchema);

/** Reads results that `mfnc metrics --json` or `mfnc evaluate --json` printed, or the metrics.json of a training. @throws RuntimeFailure */
export async function readResults(path: string): Promise<MetricResults> {
  const text = await readText(path, largestResults);
  const origin = 'Wanted is what mfnc metrics --json or mfnc evaluate --json prints, or the metrics.json of a training.';
  let content: unknown;
  try {
    content = JSON.parse(text);
  } catch (error) {
    throw inputFailure(`${path}: is no JSON. ${origin}`, error);
  }
  if (matchesSchema(content)) return content;
  const isOlder = typeof content === 'object' && content !== null && 'mean' in content && !('protocols' in content);
  throw inputFailure(
    isOlder
      ? `${path}: does not say by which protocol each number was taken. Measure again.`
      : `${path}: holds no results of metrics. ${origin}`,
  );
}
