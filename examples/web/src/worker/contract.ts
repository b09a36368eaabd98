import { defaultRange } from '../../../../src/runtime/data/pixels.js';
import type { ImageNetwork } from '../../../../src/runtime/enhance/enhance-tile.js';

/** What a network wants of its input and gives. */
export type ImageContract = Pick<ImageNetwork, 'divisors' | 'inputRange' | 'outputRange'>;

/**
 * Reads what `mfnc compile --target tfjs` wrote into model.json: `{ "mfnc": { "sizeDivisors": { "height": 4, "width": 4 } } }`. Compiled networks take
 * and give values in [-1, 1].
 * @throws when model.json comes from elsewhere.
 */
export function contractOf(metadata: unknown): ImageContract {
  const divisors = (metadata as { mfnc?: { sizeDivisors?: ImageContract['divisors'] } } | undefined)?.mfnc?.sizeDivisors;
  if (!isDivisor(divisors?.height) || !isDivisor(divisors?.width)) throw new Error('model.json was not compiled by mfnc');
  return { divisors: { height: divisors.height, width: divisors.width }, inputRange: defaultRange, outputRange: defaultRange };
}

function isDivisor(value: unknown): value is number {
  return Number.isInteger(value) && (value as number) > 0;
}
