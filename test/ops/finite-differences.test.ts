import { describe, expect, it } from 'vitest';
import { decomposePads } from '../../src/compiler/3-lower/passes/decompose-pads.js';
import type { Program } from '../../src/compiler/ir/program.js';
import { verifyProgram } from '../../src/compiler/ir/verify-program.js';
import { opDefinition, opNames } from '../../src/compiler/ops/index.js';
import { gradientProgram } from '../support/gradient-program.js';
import { interpret } from '../support/reference/interpret.js';
import { feedsOf, inputName, opCases, programOf, titleOf, wantedInputs } from './cases.js';

const step = 1e-5;

/** Central difference of the loss with regard to one element of one input, in float64. */
const difference = (program: Program, feeds: ReadonlyMap<string, Float64Array>, name: string, index: number): number => {
  const lossAt = (shift: number): number => {
    const values = Float64Array.from(feeds.get(name) ?? []);
    values[index] = (values[index] ?? 0) + shift;
    return interpret(program, new Map(feeds).set(name, values)).get('loss')?.values[0] ?? Number.NaN;
  };
  return (lossAt(step) - lossAt(-step)) / (2 * step);
};

/** At most this many elements of an input are tried, spread over it. */
const mostElements = 24;

describe('gradient rules agree with central finite differences', () => {
  it.each(opCases.map((use) => [titleOf(use), use] as const))('%s', (_title, use) => {
    const program = decomposePads(programOf(use));
    const names = wantedInputs(use).map(inputName);
    const gradients = gradientProgram(program, 'loss', names);
    expect(verifyProgram(gradients)).toEqual([]);
    const feeds = feedsOf(use, program);
    const results = interpret(gradients, feeds);
    for (const name of names) {
      const length = feeds.get(name)?.length ?? 0;
      const stride = Math.max(1, Math.floor(length / mostElements));
      for (let index = 0; index < length; index += stride) {
        const found = results.get(`d ${name}`)?.values[index] ?? 0;
        const expected = difference(program, feeds, name, index);
        expect(Math.abs(found - expected), `d loss / d ${name}[${index}]: ${found}, differences give ${expected}`).toBeLessThan(
          1e-6 * Math.max(1, Math.abs(expected)),
        );
      }
    }
  });

  it('covers every operator that has a gradient rule', () => {
    // stop_gradient is made to disagree with differences; test/lower/differentiate.test.ts states what it does.
    const covered = new Set<string>([...opCases.map(({ op }) => op), 'stop_gradient']);
    expect(opNames.filter((name) => opDefinition(name).gradient !== undefined && !covered.has(name))).toEqual([]);
  });
});
