import type { HostTensor } from '../src/runtime/engines/engine.js';

/** Uniform noise in [-1, 1], the same for the same seed. */
export function randomImages(shape: readonly number[], seed: number): HostTensor;
