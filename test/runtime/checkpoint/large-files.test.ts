import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { lowerTrainStep } from '../../../src/compiler/3-lower/index.js';
import { hashBytes } from '../../../src/runtime/checkpoint/hash-bytes.js';
import { requireReadableCheckpoints } from '../../../src/runtime/train/stage/checkpoint-size.js';
import { irOf, modelText } from '../../support/shipped-models.js';

describe('a checkpoint of many gigabytes', () => {
  it('has the hash of its bytes, however large the pieces are that are hashed at once', () => {
    const bytes = Uint8Array.from({ length: 1000 }, (_, i) => i);
    const whole = createHash('sha256').update(bytes).digest('hex');
    for (const piece of [1, 7, 500, 1000, 5000]) expect(hashBytes(createHash('sha256'), bytes, piece).digest('hex')).toBe(whole);
  });

  it('is refused before the training where it could not be read again', () => {
    const ir = irOf(modelText('lw-drgn'), { parameters: { width: 8 } });
    const steps = new Map([['refinement', lowerTrainStep(ir, 'refinement', { batch: 1, height: 48, width: 48 })]]);
    expect(() => requireReadableCheckpoints(ir, steps)).not.toThrow();
    expect(() => requireReadableCheckpoints(ir, steps, 1e5)).toThrow(
      /^stage refinement: the moments and averages of a checkpoint \(optimizer\.safetensors\) would be a file of about [\d.]+ GiB; at most 0\.0 GiB can be read again\./,
    );
    expect(() => requireReadableCheckpoints(ir, new Map(), 1e4)).toThrow(/^LWDRGN: the weights of a checkpoint/);
  });
});
