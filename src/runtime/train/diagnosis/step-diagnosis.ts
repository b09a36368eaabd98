import { inPrecision, lowerStageValues, type Precision } from '../../../compiler/3-lower/index.js';
import { type LossTerm, lossTerms } from '../../../compiler/diff/index.js';
import type { IR } from '../../../compiler/ir/ir.js';
import type { Engine, HostTensor } from '../../engines/engine.js';

/** A term of a loss with its value for one batch. */
export interface TermValue {
  readonly loss: string;
  /** The term as source text, its factor included. */
  readonly text: string;
  /** What it adds to the loss. */
  readonly value: number;
}

/** What decides the values of a stage's losses for a batch. */
export interface StageState {
  readonly ir: IR;
  readonly sources?: ReadonlyMap<string, string>;
  readonly stage: string;
  readonly precision: Precision;
  readonly engine: Engine;
  readonly threads: number | undefined;
  /** Every weight that the stage uses, by path. */
  readonly weights: ReadonlyMap<string, HostTensor>;
}

/**
 * Computes the terms that the losses of a stage add up, for one batch, from given weights: a forward pass of its own, which nothing in a training waits for
 * otherwise.
 * @throws EngineFailure
 */
export async function evaluateTerms(state: StageState, batch: ReadonlyMap<string, HostTensor>): Promise<TermValue[]> {
  const { ir, sources, stage, precision, engine, threads, weights } = state;
  const minimizers = ir.training?.stages.find(({ name }) => name === stage)?.minimizers ?? [];
  const terms = minimizers.flatMap(({ loss }): (LossTerm & { readonly loss: string })[] =>
    lossTerms(ir, stage, loss).map((term) => ({ ...term, loss })),
  );
  const values = [...new Set(terms.map(({ value }) => value))];
  const program = inPrecision(lowerStageValues(ir, stage, values, undefined, sources), precision);
  const executable = await engine.compile(program, threads === undefined ? {} : { threads });
  try {
    const used = program.inputs.filter(({ role }) => role === 'parameter').map(({ name }) => [name, weights.get(name)] as const);
    executable.write('parameter', new Map(used.flatMap(([name, tensor]) => (tensor === undefined ? [] : [[name, tensor]]))));
    const results = await executable.run(batch);
    return terms.map(({ loss, value, factor, text }) => ({ loss, text, value: factor * (results.get(value)?.values[0] ?? Number.NaN) }));
  } finally {
    await executable.dispose();
  }
}

/** 'of what L_net adds up, 0.001 * gan.fool(critic(fake)) is NaN, l1(fake, normal) is 0.1234'; losses with finite terms are left out. */
export function describeTerms(terms: readonly TermValue[]): string[] {
  const losses = [...new Set(terms.filter(({ value }) => !Number.isFinite(value)).map(({ loss }) => loss))];
  return losses.map((loss) => {
    const told = terms
      .filter((term) => term.loss === loss)
      .toSorted((a, b) => Number(Number.isFinite(a.value)) - Number(Number.isFinite(b.value)));
    return `of what ${loss} adds up, ${told.map(({ text, value }) => `${text} is ${Number.isFinite(value) ? value.toPrecision(4) : value}`).join(', ')}`;
  });
}
