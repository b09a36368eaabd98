import { fileURLToPath } from 'node:url';
import { Option } from 'commander';
import { CommandFailure } from './failure.js';

/** The network that mfnc ships with its weights: files of the package, whatever the working directory. */
const shipped = {
  title: 'LW-DRGN',
  model: fileURLToPath(new URL('../../models/lw-drgn.mfn', import.meta.url)),
  weights: fileURLToPath(new URL('../../models/weights/lw-drgn.safetensors', import.meta.url)),
};

/** Which network commands that enhance are told to use. */
export interface NetworkChoice {
  readonly model?: string;
  readonly weights?: string;
}

export const modelOption = (): Option =>
  new Option('--model <file>', `.mfn source of the network, or FILE#VARIANT (default: ${shipped.title}, which mfnc ships)`);

export const weightsOption = (): Option =>
  new Option(
    '--weights <file>',
    `trained weights: weights.safetensors of a training, or what mfnc compile wrote (default: those of ${shipped.title} that mfnc ships)`,
  );

/**
 * Model and weights of a command that enhances. Where they are those that mfnc ships, says so on stderr.
 * @throws CommandFailure for a model without weights: those in the package are of no other.
 */
export function chosenNetwork({ model, weights }: NetworkChoice): { readonly model: string; readonly weights: string } {
  if (model !== undefined && weights === undefined)
    throw new CommandFailure(
      2,
      `${model} needs its weights: mfnc ships those of ${shipped.title} only`,
      'name them with --weights, or leave out --model',
    );
  if (model === undefined)
    process.stderr.write(
      weights === undefined
        ? `network: ${shipped.title} as mfnc ships it (${shipped.weights}); --model and --weights choose another\n`
        : `network: ${shipped.title} (${shipped.model}); --model chooses another\n`,
    );
  return { model: model ?? shipped.model, weights: weights ?? shipped.weights };
}
