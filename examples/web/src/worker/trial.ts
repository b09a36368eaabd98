import type { HostTensor } from '../../../../src/runtime/engines/engine.js';
import type { ImageContract } from './contract.js';

const trialSide = 32;

/** A small input, smooth and different in each channel, by which two backends are compared: [1, height, width, 3], values in the input's range. */
export function trialInput({ divisors, inputRange: [low, high] }: ImageContract): HostTensor {
  const height = Math.ceil(trialSide / divisors.height) * divisors.height;
  const width = Math.ceil(trialSide / divisors.width) * divisors.width;
  const values = Float32Array.from({ length: height * width * 3 }, (_, i) => {
    const [x, y, c] = [Math.floor(i / 3) % width, Math.floor(i / 3 / width), i % 3];
    return low + (high - low) * (0.3 + 0.2 * Math.sin(x / 3 + c) + 0.1 * Math.cos(y / 2 - c));
  });
  return { shape: [1, height, width, 3], values };
}

/** Whether two outputs of a network are the same to within half a level of 8 bits. NaN is not. */
export function agree(a: Float32Array, b: Float32Array, { outputRange: [low, high] }: ImageContract): boolean {
  const tolerance = (high - low) / 255 / 2;
  return a.length === b.length && a.every((value, i) => Math.abs(value - (b[i] as number)) <= tolerance);
}
