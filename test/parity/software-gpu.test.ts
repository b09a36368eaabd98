import { describe, expect, it } from 'vitest';
import { decomposePads } from '../../src/compiler/3-lower/passes/decompose-pads.js';
import { feedsOf, inputName, type OpCase, opCases, programOf, titleOf, wantedInputs } from '../ops/cases.js';
import { gradientProgram } from '../support/gradient-program.js';
import { joinedName, joinPrograms } from '../support/join-programs.js';
import { interpret } from '../support/reference/interpret.js';
import { hasGradient, presentEngines, relativeDifference, runOnce } from './engines.js';
import { imageCases } from './image-cases.js';

const tolerance = 5e-5;

const engines = await presentEngines({ software: 'only' });
if (engines.length === 0)
  console.log('skipped: no software Vulkan device (chromium-common has one), or a GPU that the other tests of parity use');

const cases = [...opCases, ...imageCases];

describe.each(engines.map((engine) => [engine.name, engine] as const))('%s on a device in software', (_name, engine) => {
  it('computes every operator, and its gradients, as float64 does', { timeout: 300_000 }, async () => {
    const programs = cases.map((use) => {
      const program = decomposePads(programOf(use));
      return hasGradient(use) ? gradientProgram(program, 'loss', wantedInputs(use).map(inputName)) : program;
    });
    const program = joinPrograms(programs);
    const feeds = new Map(
      cases.flatMap((use, i) => [...feedsOf(use, programOf(use))].map(([name, values]) => [joinedName(i, name), values] as const)),
    );
    const expected = interpret(program, feeds);
    const found = await runOnce(engine, program, feeds);
    for (const [name, reference] of expected) {
      const use = cases[Number(name.split('.')[0])] as OpCase;
      expect.soft(relativeDifference(found.get(name), reference), `${titleOf(use)}: ${name}`).toBeLessThan(tolerance);
    }
  });
});
