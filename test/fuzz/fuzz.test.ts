import { describe, expect, test } from 'vitest';
import { bundledSubject } from './bundled-subject.js';
import { problemOf } from './check-input.js';
import { inputOf } from './inputs.js';

const subject = await bundledSubject();
const pieces = Array.from({ length: 20 }, (_, i) => [1000 * i, 1000 * i + 999] as const);

describe('generated and damaged sources are answered without an exception, with places inside their files', () => {
  test.each(pieces)(
    'seeds %d to %d',
    (first, last) => {
      for (let seed = first; seed <= last; seed++) {
        const { kind, text } = inputOf(seed);
        let problem: string | undefined;
        try {
          problem = problemOf(text, subject);
        } catch (error) {
          problem = `it throws: ${error instanceof Error ? error.stack : error}`;
        }
        if (problem !== undefined) expect.fail(`seed ${seed} (${kind}): ${problem}\n\n${text.slice(0, 4000)}`);
      }
    },
    300_000,
  );

  test('a seed gives the same input again', () => {
    expect(Array.from({ length: 50 }, (_, seed) => inputOf(seed))).toEqual(Array.from({ length: 50 }, (_, seed) => inputOf(seed)));
  });
});
