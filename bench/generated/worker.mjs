/** A long-lived worker over the TypeScript that `mfnc generate typescript` made of LW-DRGN: one folder, one backend, one case. Runs under tsx. */
import { createRequire } from 'node:module';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { firstWeights, modelNamed, picturesFor, stage as stageName } from '../case-inputs.mjs';
import { joined, serve } from '../worker-loop.mjs';

const [folder = '.', backend = '@tensorflow/tfjs-node'] = process.argv.slice(2);
const load = (file) => import(pathToFileURL(path.join(folder, file)).href);
// Only the values of the weights come from mfnc; making them is no part of what is timed.
const values = firstWeights(modelNamed('lw-drgn'));

const upload = (tf, pictures) =>
  Object.fromEntries([...pictures].map(([name, picture]) => [name, tf.tensor(picture.values, [...picture.shape])]));

function inference(tf, network, pictures) {
  let last = new Float32Array();
  const run = async () => {
    const images = upload(tf, pictures);
    const enhanced = tf.tidy(() => network.apply(images.low));
    last = await enhanced.data();
    tf.dispose([images, enhanced]);
    return last[0];
  };
  return { run, output: async () => last };
}

async function training(tf, network, weights, pictures) {
  const [{ stages }, { trainStep }] = [await load('train.ts'), await load('trainer.ts')];
  const stage = stages(weights, network).find(({ name }) => name === stageName);
  const [[loss, trained]] = Object.entries(stage.minimize);
  const moments = new Map();
  let step = 0;
  const run = async () => {
    const images = upload(tf, pictures);
    const losses = await trainStep(stage, weights, moments, images, step++, 0);
    tf.dispose(images);
    return losses[loss];
  };
  const output = async () => {
    const present = await weights.read([...weights.under(trained).keys()]);
    return joined(new Map([...present].map(([name, tensor]) => [name, tensor.values])));
  };
  return { run, output };
}

await serve(async (request) => {
  process.env.TF_NUM_INTRAOP_THREADS = String(request.threads);
  const { useBackend } = await load('backend.ts');
  const name = await useBackend(backend);
  const tf = createRequire(path.join(folder, 'package.json'))('@tensorflow/tfjs');
  tf.enableProdMode();
  const [{ LWDRGN }, { Weights }] = [await load('model.ts'), await load('weights.ts')];
  const weights = new Weights({ values });
  const network = new LWDRGN(weights.root);
  // A weight is made when the network first uses it.
  tf.dispose(tf.tidy(() => network.apply(tf.zeros([1, 16, 16, 3]))));
  const pictures = picturesFor(request);
  const prepared = request.case === 'inference' ? inference(tf, network, pictures) : await training(tf, network, weights, pictures);
  return { ...prepared, version: `@tensorflow/tfjs ${tf.version.tfjs}, backend ${name}` };
});
