/**
 * `npm run memory`: the memory that `mfnc inspect --train` estimates for a train step beside what a process takes for it.
 * Options: --engines tfjs-node,onnx  --steps 8
 */
import { parseArgs } from 'node:util';
import { measureStep } from '../src/compiler/index.js';
import { type EngineName, estimatePeak } from '../src/runtime/engines/index.js';
import { measureStepPeak, type StepCase, trainStepOf } from './step-peak.js';

const cases: readonly StepCase[] = [
  { model: 'lw-drgn', stage: 'refinement', width: 16, batch: 4, patch: 48 },
  { model: 'lw-drgn', stage: 'refinement', width: 32, batch: 8, patch: 64 },
  { model: 'lw-drgn', stage: 'refinement', width: 64, batch: 4, patch: 96 },
  { model: 'lw-drgn', stage: 'refinement', width: 64, batch: 16, patch: 96 },
  { model: 'lw-drgn', stage: 'degradation', width: 16, batch: 4, patch: 48 },
  { model: 'lw-drgn', stage: 'degradation', width: 32, batch: 8, patch: 64 },
  { model: 'drgn', stage: 'refinement', width: 16, batch: 4, patch: 96 },
  { model: 'drgn', stage: 'refinement', width: 32, batch: 2, patch: 64 },
  { model: 'drgn', stage: 'degradation', width: 16, batch: 4, patch: 64 },
];

const { values } = parseArgs({
  options: { engines: { type: 'string', default: 'tfjs-node,onnx' }, steps: { type: 'string', default: '8' } },
});

const megabytes = (bytes: number): string => (bytes / 1e6).toFixed(0);

process.stdout.write('| engine | model | stage | width | batch | patch | estimate MB | measured MB | ratio | process MB |\n');
process.stdout.write('| --- | --- | --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: |\n');
for (const one of cases) {
  const program = trainStepOf(one);
  const needs = measureStep(program);
  for (const engine of values.engines.split(',') as EngineName[]) {
    const estimate = estimatePeak(engine, needs);
    if (estimate === undefined) throw new Error(`there is no estimate for ${engine}`);
    const { before, peak } = await measureStepPeak(engine, program, Number(values.steps));
    const measured = peak - before;
    const cells = [engine, one.model, one.stage, one.width, one.batch, one.patch, megabytes(estimate.bytes), megabytes(measured)];
    process.stdout.write(`| ${[...cells, (estimate.bytes / measured).toFixed(2), megabytes(peak)].join(' | ')} |\n`);
  }
}
