import type { IR, ParameterValue } from '../ir/ir.js';

/** What an artefact says about the weights inside it, so that they can be read back out of it. */
export interface WeightsDescription {
  readonly model: string;
  /** Name of the variant of the model, where it is one. */
  readonly variant?: string;
  readonly parameters: Readonly<Record<string, ParameterValue>>;
  /** Hash of the weights, where the caller has one to check them by. */
  readonly sha256?: string;
}

/** Says whose weights an artefact holds. */
export const describeWeights = ({ model, variant }: IR, sha256?: string): WeightsDescription => ({
  model: model.name,
  ...(variant !== undefined && { variant: variant.name }),
  parameters: model.parameters,
  ...(sha256 !== undefined && { sha256 }),
});
