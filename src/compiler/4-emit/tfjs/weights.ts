import type { TensorValues } from '../../3-lower/index.js';
import type { Program } from '../../ir/program.js';
import { EmissionFailure } from '../emission-failure.js';
import type { Layer } from './layer-graph.js';

/** Bytes of a file of weights, as TensorFlow.js's own converter cuts them: small enough for every cache of a browser. */
const shardBytes = 4 * 1024 * 1024;

/** An entry of a weights manifest. */
interface ManifestWeight {
  /** Name of the layer, a slash, what the layer calls the tensor. */
  readonly name: string;
  readonly shape: readonly number[];
  readonly dtype: 'float32';
}

export interface EmittedWeights {
  readonly manifest: readonly [{ readonly paths: readonly string[]; readonly weights: readonly ManifestWeight[] }];
  readonly files: Map<string, Uint8Array>;
  /** Paths of the model's weights by their names in the manifest. */
  readonly paths: Readonly<Record<string, string>>;
}

/** Writes the tensors of all layers one after the other, little-endian, in shards. */
export function emitWeights(program: Program, layers: readonly Layer[], weights: ReadonlyMap<string, TensorValues>): EmittedWeights {
  const parameters = new Map(program.inputs.filter(({ role }) => role === 'parameter').map(({ tensor, name }) => [tensor, name]));
  const constants = new Map(program.constants.map(({ tensor, values }) => [tensor, values]));
  const entries = layers.flatMap((layer) =>
    layer.weights.map(({ name, tensor, shape }) => {
      const path = parameters.get(tensor);
      const values = path === undefined ? constants.get(tensor) : weights.get(path)?.values;
      if (values === undefined) throw new EmissionFailure(`there are no values for ${path ?? 'a constant'} of ${layer.name}`);
      return { name: `${layer.name}/${name}`, shape, path, values };
    }),
  );
  const files = shardsOf(littleEndian(entries.map(({ values }) => values)));
  return {
    manifest: [{ paths: [...files.keys()], weights: entries.map(({ name, shape }) => ({ name, shape, dtype: 'float32' })) }],
    files,
    paths: Object.fromEntries(entries.flatMap(({ name, path }) => (path === undefined ? [] : [[name, path]]))),
  };
}

function littleEndian(tensors: readonly Float32Array[]): Uint8Array {
  const bytes = new Uint8Array(4 * tensors.reduce((sum, values) => sum + values.length, 0));
  const view = new DataView(bytes.buffer);
  let position = 0;
  for (const values of tensors) {
    for (const value of values) {
      view.setFloat32(position, value, true);
      position += 4;
    }
  }
  return bytes;
}

function shardsOf(bytes: Uint8Array): Map<string, Uint8Array> {
  const count = Math.ceil(bytes.length / shardBytes);
  return new Map(
    Array.from({ length: count }, (_, i) => [
      `group1-shard${i + 1}of${count}.bin`,
      bytes.subarray(i * shardBytes, Math.min((i + 1) * shardBytes, bytes.length)),
    ]),
  );
}
