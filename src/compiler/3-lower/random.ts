/**
 * A counter-based generator: the value at an index depends on nothing but the key and the index, so tensors can be made in any order
 * and adding one changes no other. Each draw is a key and a counter through the SplitMix finaliser in 32-bit arithmetic (the constants are
 * those of MurmurHash3's fmix32), twice.
 */
export interface CounterGenerator {
  /** Uniform in [0, 1), a multiple of 2^-32. */
  uniform(index: number): number;
  /** Standard normal (Box and Muller 1958). */
  normal(index: number): number;
}

const mix = (value: number): number => {
  let hash = value | 0;
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
};

/** FNV-1a hash of a text's UTF-16 code units. */
const hashText = (text: string, start: number): number => {
  let hash = start;
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  return hash >>> 0;
};

/** A generator whose values depend only on the seed and the name. */
export const counterGenerator = (seed: number, name: string): CounterGenerator => {
  const low = mix(hashText(name, 0x811c9dc5) ^ mix(seed));
  const high = mix(hashText(name, 0x9e3779b9) + mix(seed / 2 ** 32) + 1);
  const bits = (counter: number): number => mix(mix(counter + low) ^ (mix(counter ^ high) + high));
  return {
    uniform: (index) => bits(index) / 2 ** 32,
    normal: (index) => {
      const radius = Math.sqrt(-2 * Math.log((bits(2 * index) + 1) / (2 ** 32 + 1)));
      return radius * Math.cos((2 * Math.PI * bits(2 * index + 1)) / 2 ** 32);
    },
  };
};
