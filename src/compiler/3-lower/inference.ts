import { evaluateShape, type Sizes } from '../ir/dimension.js';
import type { IR } from '../ir/ir.js';
import type { Program } from '../ir/program.js';
import { flatten, type Sources } from './flatten.js';
import { LoweringFailure } from './lowering-failure.js';
import { optimize, type PadForm } from './passes/index.js';
import { ProgramBuilder } from './program-builder.js';
import { definitionOf } from './weights.js';

/** Size of a batch of images. */
export interface ImageSize {
  readonly batch: number;
  readonly height: number;
  readonly width: number;
}

/** Values of B, H and W for a size. @throws LoweringFailure when the size breaks a constraint of the model. */
export const sizesFor = (ir: IR, { batch, height, width }: ImageSize): Sizes => {
  const sizes: Sizes = { B: batch, H: height, W: width };
  for (const [name, value] of Object.entries({ batch, height, width })) {
    if (!Number.isInteger(value) || value < 1) throw new LoweringFailure(`the ${name} is a whole number of at least 1, not ${value}`);
  }
  for (const { symbol, divisor } of ir.model.constraints) {
    const size = sizes[symbol];
    if (size !== undefined && size % divisor !== 0) {
      const meaning = { B: 'batch', H: 'height', W: 'width' }[symbol] ?? symbol;
      throw new LoweringFailure(`${ir.model.name} needs a ${meaning} that is divisible by ${divisor}; ${size} is not`);
    }
  }
  return sizes;
};

/**
 * The Program that applies the model to a batch of images of one size. Inputs of role `data` are named as the model's `in` ports,
 * outputs of role `result` as its `out` ports, parameters by their paths.
 * @param sources texts of the sources; with them the origins of nodes have line numbers.
 * @param pads whether pads that copy elements are decomposed, as engines need it, or stay `whole`, for a target that has them.
 * @throws LoweringFailure when the size breaks a constraint of the model.
 */
export const lowerInference = (ir: IR, size: ImageSize, sources?: Sources, pads: PadForm = 'decomposed'): Program => {
  const sizes = sizesFor(ir, size);
  const definition = definitionOf(ir, ir.model.definition);
  const builder = new ProgramBuilder(ir.model.name, 'inference');
  const inputs = new Map(definition.inputs.map((port) => [port.name, builder.input(port.name, 'data', evaluateShape(port.shape, sizes))]));
  const { outputs } = flatten(ir, definition, inputs, sizes, builder, sources);
  for (const [name, tensor] of outputs) builder.output(name, 'result', tensor);
  return optimize(builder.build(), undefined, pads);
};
