/**
 * A long-lived mfnc worker: one engine, one Program. Plain JavaScript over the built package, so that what is timed and weighed is what a user runs.
 */
import { findEngine, inPrecision, lowerInference, lowerTrainStep } from '../dist/index.js';
import { firstWeights, modelNamed, picturesFor, stage } from './case-inputs.mjs';
import { joined, serve } from './worker-loop.mjs';

const [engineName = 'auto'] = process.argv.slice(2);

async function prepareInference(engine, request, ir) {
  const program = inPrecision(lowerInference(ir, request), request.precision);
  const executable = await engine.compile(program, {
    threads: request.threads,
    weights: tensorsFor(program, 'parameter', firstWeights(ir)),
  });
  const pictures = picturesFor(request);
  let values = new Float32Array();
  return {
    run: async () => {
      const results = await executable.run(pictures);
      values = results.values().next().value.values;
      return values[0];
    },
    output: async () => values,
  };
}

async function prepareTrainStep(engine, request, ir) {
  const lowered = lowerTrainStep(ir, stage, request);
  const step = { ...lowered, program: inPrecision(lowered.program, request.precision) };
  const executable = await engine.compile(step.program, { threads: request.threads });
  executable.write('parameter', tensorsFor(step.program, 'parameter', firstWeights(ir)));
  executable.write('state', tensorsFor(step.program, 'state', new Map()));
  const pictures = picturesFor(request);
  const [{ loss, weights }] = step.minimizers;
  let index = 0;
  return {
    run: async () => (await executable.run(new Map([...pictures, ...step.hostScalars(index++, 0)]))).get(loss).values[0],
    output: async () => {
      const present = await executable.read('parameter');
      return joined(new Map(weights.map((name) => [name, present.get(name).values])));
    },
  };
}

/** Values of the Program's inputs of a role: those given, else zeros. */
function tensorsFor(program, role, values) {
  const inputs = program.inputs.filter((input) => input.role === role);
  return new Map(inputs.map(({ name, tensor }) => [name, values.get(name) ?? zeros(program.tensors[tensor].shape)]));
}

function zeros(shape) {
  return { shape, values: new Float32Array(shape.reduce((a, b) => a * b, 1)) };
}

await serve(async (request) => {
  const engine = await findEngine(engineName);
  const prepare = request.case === 'inference' ? prepareInference : prepareTrainStep;
  const prepared = await prepare(engine, request, modelNamed(request.model));
  const { versions } = await engine.probe();
  const libraries = Object.entries(versions).map(([name, version]) => `${name} ${version}`);
  return { ...prepared, version: libraries.join(', ') };
});
