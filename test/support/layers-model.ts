import * as tf from '@tensorflow/tfjs';

export type Files = ReadonlyMap<string, string | Uint8Array>;

const registered = new Set<string>();

/** Loads the files of a LayersModel as `tf.loadLayersModel` does in a page, with the emitted module of custom layers. */
export async function loadLayersModel(files: Files): Promise<tf.LayersModel> {
  tf.enableProdMode();
  // The one backend that has all gradients; an engine may have chosen another.
  await tf.setBackend('cpu');
  const module = files.get('custom-layers.js');
  // A class is registered once per process, so a module is run once for each set of classes.
  if (typeof module === 'string' && !registered.has(module)) {
    registered.add(module);
    const { register } = await import(`data:text/javascript;base64,${Buffer.from(module).toString('base64')}`);
    register(tf);
  }
  const model = JSON.parse(String(files.get('model.json')));
  const [{ paths, weights }] = model.weightsManifest;
  const weightData = Uint8Array.from(Buffer.concat(paths.map((path: string) => files.get(path)))).buffer;
  return tf.loadLayersModel(
    tf.io.fromMemory({
      modelTopology: model.modelTopology,
      weightSpecs: weights,
      weightData,
      userDefinedMetadata: model.userDefinedMetadata,
    }),
  );
}
