import { createHash } from 'node:crypto';

/** Identifies a model by its numbers, whatever file they came in; JSON does not keep the sign of zero, so it counts for nothing. @returns 16 hexadecimal digits. */
export function fingerprint(values: readonly number[]): string {
  const bytes = Buffer.alloc(8 * values.length);
  for (const [i, value] of values.entries()) bytes.writeDoubleLE(value === 0 ? 0 : value, 8 * i);
  return createHash('sha256').update(bytes).digest('hex').slice(0, 16);
}

/** What a protocol says of a model that is not the one of the release. */
export const notOfficial = 'not the official one: its numbers are not comparable with those of the official model';
