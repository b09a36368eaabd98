import type { IR } from '../ir/ir.js';
import { Body } from './body.js';
import { printExpression } from './expression.js';
import { Fingerprints, Interner } from './fingerprints.js';

/** One of the terms that a loss adds up: `0.001 * gan.fool(critic(fake))`. */
export interface LossTerm {
  /** Id of the value in the definition of the stage, without the factor. */
  readonly value: string;
  readonly factor: number;
  /** The term as source text, its factor included. */
  readonly text: string;
}

/** The terms of a loss of a stage, in the order of the source; those that are plain numbers are left out. */
export const lossTerms = (ir: IR, stageName: string, loss: string): LossTerm[] => {
  const stage = ir.training?.stages.find(({ name }) => name === stageName);
  if (stage === undefined) return [];
  const fingerprints = new Fingerprints(ir, new Interner());
  const definition = fingerprints.definition(stage.definition);
  const output = definition.outputs.find(({ name }) => name === loss);
  if (output === undefined) return [];
  const body = new Body(definition, fingerprints);
  return body.termsOf(output.value).flatMap(({ factor, value }) => {
    if (value === undefined) return [];
    const expression = printExpression(body.expressionOf(value), factor === 1 ? 0 : 3);
    return [{ value, factor, text: factor === 1 ? expression : `${Number(factor.toPrecision(6))} * ${expression}` }];
  });
};
