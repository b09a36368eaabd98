import type { IR, ParameterValue } from '../ir/ir.js';

/** What an artefact says about the weights inside it, so that they can be read back out of it. */
export interface WeightsDescription {
  readonly model: string;
  readonly parameters: Readonly<Record<string, ParameterValue>>;
  /** Hash of the weights, where the caller has one to check them by. */
  readonly sha256?: string;
}

/** Says whose weights an artefact holds. */
export const describeWeights = ({ model }: IR, sha256?: string): WeightsDescription => ({
  model: model.name,
  parameters: model.parameters,
  ...(sha256 !== undefined && { sha256 }),
});
