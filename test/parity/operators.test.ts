import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { decomposePads } from '../../src/compiler/3-lower/passes/decompose-pads.js';
import type { Engine } from '../../src/runtime/engines/index.js';
import { feedsOf, inputName, opCases, programOf, titleOf, wantedInputs } from '../ops/cases.js';
import { gradientProgram } from '../support/gradient-program.js';
import { interpret } from '../support/reference/interpret.js';
import { hasGradient, presentEngines, relativeDifference, runOnce } from './engines.js';
import { imageCases } from './image-cases.js';

/** Relative to the greatest magnitude in a tensor. */
const tolerance = 5e-5;

let engines: readonly Engine[] = [];
/** Greatest difference found, by engine. */
const worst = new Map<string, { difference: number; title: string }>();

beforeAll(async () => {
  engines = await presentEngines();
});

afterAll(() => {
  for (const [name, { difference, title }] of worst)
    console.log(`${name}: at most ${difference.toExponential(1)} from float64, in ${title}`);
});

async function compare(title: string, program: ReturnType<typeof programOf>, feeds: ReturnType<typeof feedsOf>): Promise<void> {
  const expected = interpret(program, feeds);
  for (const engine of engines) {
    const found = await runOnce(engine, program, feeds).catch((error: Error) => error);
    if (found instanceof Error) {
      expect.soft(found.message, engine.name).toBe('a result');
      continue;
    }
    for (const { name } of program.outputs) {
      const reference = expected.get(name);
      if (reference === undefined) throw new Error(`the reference gives no ${name}`);
      const difference = relativeDifference(found.get(name), reference);
      expect.soft(difference, `${name} on ${engine.name}`).toBeLessThan(tolerance);
      if (difference > (worst.get(engine.name)?.difference ?? 0)) worst.set(engine.name, { difference, title: `${title}: ${name}` });
    }
  }
}

describe('every engine computes what the operators define', () => {
  it.each([...opCases, ...imageCases].map((use) => [titleOf(use), use] as const))('%s', async (title, use) => {
    const program = decomposePads(programOf(use));
    await compare(title, program, feedsOf(use, program));
  });
});

describe('every engine computes the gradients that differentiation gives', () => {
  const uses = [...opCases, ...imageCases].filter(hasGradient);
  it.each(uses.map((use) => [titleOf(use), use] as const))('%s', async (title, use) => {
    const forward = decomposePads(programOf(use));
    const program = gradientProgram(forward, 'loss', wantedInputs(use).map(inputName));
    await compare(title, program, feedsOf(use, program));
  });
});
