import { type RGBImage, toSamples, toTensor, type ValueRange } from '../data/pixels.js';
import type { HostTensor } from '../engines/engine.js';
import { padByReflection, roundUp, unpad } from './padding.js';

/** A network from one RGB image to another, on whatever runs it. */
export interface ImageNetwork {
  /** Numbers that height and width of its input must be divisible by. */
  readonly divisors: { readonly height: number; readonly width: number };
  readonly inputRange: ValueRange;
  readonly outputRange: ValueRange;
  /** How many times as high and wide as its input the output is: a whole number. Default 1. */
  readonly scale?: number;
  /** @returns the values of the output, [1, scale * height, scale * width, 3]. */
  run(input: HostTensor): Promise<Float32Array>;
}

/** Enhances an image of any size at once: pads it to what the network's shapes demand and crops the result. */
export async function enhanceTile(tile: RGBImage, network: ImageNetwork): Promise<RGBImage> {
  const width = roundUp(tile.width, network.divisors.width);
  const height = roundUp(tile.height, network.divisors.height);
  const values = await network.run(toTensor(padByReflection(tile, width, height), network.inputRange));
  const { scale = 1 } = network;
  const enhanced = { width: scale * width, height: scale * height, data: toSamples(values, network.outputRange) };
  return unpad(enhanced, scale * tile.width, scale * tile.height);
}
