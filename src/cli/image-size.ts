import { inputDivisors } from '../compiler/ir/input-divisors.js';
import type { IR, SizeConstraint } from '../compiler/ir/ir.js';
import { CommandFailure } from './failure.js';

/** In pixels. */
export interface ImageSize {
  readonly height: number;
  readonly width: number;
}

const largestSide = 2 ** 16;

/** Reads 'HxW', as `--size` takes it. @throws CommandFailure for anything else. */
export function parseImageSize(text: string, option = '--size'): ImageSize {
  const sides = /^(\d+)\s*[xX×]\s*(\d+)$/.exec(text.trim());
  const [height, width] = [Number(sides?.[1]), Number(sides?.[2])];
  if (sides === null || height < 1 || width < 1 || height > largestSide || width > largestSide) {
    throw new CommandFailure(2, `${option} is '${text}'`, 'give height x width in pixels, for example 384x384 or 400x600');
  }
  return { height, width };
}

export function formatImageSize({ height, width }: ImageSize): string {
  return `${height}x${width}`;
}

/** Says that the size is not one that the model can take, and which size near it is. @throws CommandFailure */
export function requireSupportedSize(ir: IR, size: ImageSize): void {
  const { constraints } = ir.model;
  const divisors = inputDivisors(ir);
  const supported = { height: nearestMultiple(size.height, divisors.height), width: nearestMultiple(size.width, divisors.width) };
  if (supported.height === size.height && supported.width === size.width) return;
  throw new CommandFailure(
    2,
    `${ir.model.name} takes no picture of ${formatImageSize(size)} (height x width): ${constraints.map(formatConstraint).join(', ')}`,
    `the nearest size is --size ${formatImageSize(supported)}`,
  );
}

/** 'H divisible by 8' */
export function formatConstraint({ symbol, divisor }: SizeConstraint): string {
  return `${symbol} divisible by ${divisor}`;
}

function nearestMultiple(pixels: number, divisor: number): number {
  return Math.max(1, Math.round(pixels / divisor)) * divisor;
}
