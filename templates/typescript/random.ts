/**
 * Random numbers by counter: the value at an index depends on the seed, the name and the index alone, so that tensors and batches can be
 * made in every order and a training that goes on draws what it would have drawn.
 */
export interface Random {
  /** Uniform in [0, 1). */
  uniform(index: number): number;
  /** Standard normal (Box and Muller 1958). */
  normal(index: number): number;
  /** A whole number from 0 to below `limit`. */
  below(index: number, limit: number): number;
}

/** A generator for a seed and a name. */
export function random(seed: number, name: string): Random {
  const low = mix(hash(name, 0x811c9dc5) ^ mix(seed));
  const high = mix(hash(name, 0x9e3779b9) + mix(seed / 2 ** 32) + 1);
  const bits = (counter: number): number => mix(mix(counter + low) ^ (mix(counter ^ high) + high));
  return {
    uniform: (index) => bits(index) / 2 ** 32,
    normal: (index) => {
      const radius = Math.sqrt(-2 * Math.log((bits(2 * index) + 1) / (2 ** 32 + 1)));
      return radius * Math.cos((2 * Math.PI * bits(2 * index + 1)) / 2 ** 32);
    },
    below: (index, limit) => Math.floor((bits(index) / 2 ** 32) * limit),
  };
}

/** The finaliser of MurmurHash3. */
function mix(value: number): number {
  let bits = value | 0;
  bits = Math.imul(bits ^ (bits >>> 16), 0x85ebca6b);
  bits = Math.imul(bits ^ (bits >>> 13), 0xc2b2ae35);
  return (bits ^ (bits >>> 16)) >>> 0;
}

/** FNV-1a over the code units of a text. */
function hash(text: string, start: number): number {
  let bits = start;
  for (let i = 0; i < text.length; i++) bits = Math.imul(bits ^ text.charCodeAt(i), 0x01000193);
  return bits >>> 0;
}
