/** A long-lived worker over the network written by hand in tfjs: one backend, one case. */
import { firstWeights, modelNamed, picturesFor } from '../case-inputs.mjs';
import { joined, serve } from '../worker-loop.mjs';
import { loadBackend } from './backends.mjs';
import { enhance, trainStep } from './lw-drgn.mjs';

const [engine = 'tfjs-cpu'] = process.argv.slice(2);
// Only the values of the weights come from mfnc; making them is no part of what is timed.
const weights = firstWeights(modelNamed('lw-drgn'));

/** Makes a tensor of each of the host's tensors. */
const upload = (tf, tensors) => new Map([...tensors].map(([name, { values, shape }]) => [name, tf.tensor(values, [...shape])]));

function inference(tf, pictures) {
  const network = enhance(tf, upload(tf, weights));
  let values = new Float32Array();
  const run = async () => {
    const [low] = upload(tf, pictures).values();
    const enhanced = network(low);
    values = await enhanced.data();
    tf.dispose([low, enhanced]);
    return values[0];
  };
  return { run, output: async () => values };
}

function training(tf, pictures) {
  const { step, variables } = trainStep(tf, upload(tf, weights));
  let index = 0;
  const run = async () => {
    const images = Object.fromEntries(upload(tf, pictures));
    const loss = step(images, 5e-4 * 0.9 ** (index++ / 6000));
    const [value] = await loss.data();
    tf.dispose([images, loss]);
    return value;
  };
  const output = async () => {
    const values = new Map();
    for (const [name, variable] of variables) values.set(name, await variable.data());
    return joined(values);
  };
  return { run, output };
}

await serve(async (request) => {
  const { tf, version } = await loadBackend(engine, request.threads);
  const prepare = request.case === 'inference' ? inference : training;
  return { ...prepare(tf, picturesFor(request)), version };
});
