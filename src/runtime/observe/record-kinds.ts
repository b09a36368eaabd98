import { Ajv } from 'ajv';
import type { RecordKind } from '../files/index.js';
import { metricResultsSchema, scoresSchema } from '../metrics/index.js';
import type { SampleRecord, StepRecord, ValidationRecord } from './records.js';

const moment = { stage: { type: 'string' }, step: { type: 'integer' } } as const;

const size = { width: { type: 'integer', minimum: 1 }, height: { type: 'integer', minimum: 1 } } as const;

const picture = {
  file: { type: 'string' },
  rows: {
    type: 'array',
    items: {
      type: 'object',
      required: ['name', 'width', 'height', 'columns'],
      properties: {
        name: { type: 'string' },
        ...size,
        enlarged: { type: 'integer', minimum: 2 },
        columns: { type: 'array', items: { enum: ['input', 'output', 'truth'] } },
      },
    },
  },
} as const;

const numbers = { type: 'object', additionalProperties: { type: 'number' } } as const;

const ajv = new Ajv();

/** Lines of log.jsonl. */
export const stepRecords: RecordKind<StepRecord> = {
  name: 'a step',
  isRecord: ajv.compile<StepRecord>({
    type: 'object',
    required: ['stage', 'step', 'losses', 'rate', 'seconds'],
    properties: { ...moment, losses: numbers, rate: { type: 'number' }, seconds: { type: 'number' }, waiting: { type: 'number' } },
  }),
};

/** Lines of samples.jsonl. */
export const sampleRecords: RecordKind<SampleRecord> = {
  name: 'samples',
  isRecord: ajv.compile<SampleRecord>({
    type: 'object',
    required: ['stage', 'step', 'file', 'rows'],
    properties: { ...moment, ...picture },
  }),
};

/** Lines of validation.jsonl. */
export const validationRecords: RecordKind<ValidationRecord> = {
  name: 'a validation',
  isRecord: ajv.compile<ValidationRecord>({
    allOf: [
      metricResultsSchema,
      {
        type: 'object',
        required: ['stage', 'step', 'metric', 'input', 'output'],
        properties: {
          ...moment,
          metric: { type: 'string' },
          input: scoresSchema,
          output: { type: 'string' },
          images: {
            type: 'array',
            items: {
              type: 'object',
              required: ['width', 'height', 'input'],
              properties: { ...size, input: scoresSchema },
            },
          },
          picture: { type: 'object', required: ['file', 'rows'], properties: picture },
        },
      },
    ],
  }),
};
