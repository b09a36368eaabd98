import { type ImageSize, LoweringFailure } from '../../3-lower/index.js';
import type { Program } from '../../ir/program.js';
import { EmissionFailure } from '../emission-failure.js';
import { translate } from './translate.js';

/** Which sides of the input the layers do not depend on. */
export interface FreeAxes {
  readonly batch: boolean;
  readonly height: boolean;
  readonly width: boolean;
}

/** Steps by which a side is made longer, in units of what it must be divisible by: odd and even ones, for what depends on halves. */
const steps = [1, 2, 3];

/**
 * Finds out whether the same layers serve other sizes: the model is translated at larger sizes, and the axis is free where the layers stay
 * the same to the letter. What could depend on the size is written as it is at the size (the rows that a crop takes away), so a
 * difference shows.
 */
export function freeAxes(
  size: ImageSize,
  divisors: { readonly height: number; readonly width: number },
  programAt: (size: ImageSize) => Program,
): FreeAxes {
  const wanted = outlineOf(programAt(size));
  const stays = (changed: (step: number) => Partial<ImageSize>): boolean =>
    steps.every((step) => {
      try {
        return outlineOf(programAt({ ...size, ...changed(step) })) === wanted;
      } catch (error) {
        if (error instanceof EmissionFailure || error instanceof LoweringFailure) return false;
        throw error;
      }
    });
  const axes = {
    batch: (step: number) => ({ batch: size.batch + step }),
    height: (step: number) => ({ height: size.height + step * divisors.height }),
    width: (step: number) => ({ width: size.width + step * divisors.width }),
  };
  if (stays((step) => ({ ...axes.batch(step), ...axes.height(step), ...axes.width(step) }))) {
    return { batch: true, height: true, width: true };
  }
  return { batch: stays(axes.batch), height: stays(axes.height), width: stays(axes.width) };
}

/** All that stands in a model.json but the shapes of its inputs and the values of trained weights. */
function outlineOf(program: Program): string {
  const { layers, outputs } = translate(program);
  const constants = new Map(program.constants.map(({ tensor, values }) => [tensor, [...values]]));
  const names = new Map(program.inputs.map(({ tensor, name }) => [tensor, name]));
  const contents = layers.map((layer) => ({
    ...layer,
    config: layer.className === 'InputLayer' ? {} : layer.config,
    weights: layer.weights.map(({ name, tensor, shape }) => [name, shape, names.get(tensor) ?? constants.get(tensor)]),
  }));
  return JSON.stringify([contents, outputs]);
}
