import * as tf from '@tensorflow/tfjs-core';
import { type LayersModel, loadLayersModel } from '@tensorflow/tfjs-layers';
import type { HostTensor } from '../../../../src/runtime/engines/engine.js';
import type { ImageNetwork } from '../../../../src/runtime/enhance/enhance-tile.js';
import { contractOf, type ImageContract } from './contract.js';
import { Failure } from './failure.js';

/** A compiled network as it was fetched, ready to be set up on a backend. */
export interface CompiledNetwork {
  readonly artifacts: tf.io.ModelArtifacts;
  readonly contract: ImageContract;
}

/** @param folder address of the folder with model.json. @throws Failure when it is not there. */
export async function fetchNetwork(folder: string): Promise<CompiledNetwork> {
  try {
    const artifacts = await tf.io.browserHTTPRequest(`${folder}model.json`).load?.();
    if (artifacts === undefined) throw new Error('nothing was loaded');
    return { artifacts, contract: contractOf(artifacts.userDefinedMetadata) };
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new Failure(`The network could not be loaded (${reason}). Reload the page to try again.`);
  }
}

/** The network on the backend that tfjs has at present. */
export class Network implements ImageNetwork {
  readonly divisors;
  readonly inputRange;
  readonly outputRange;

  private constructor(
    contract: ImageContract,
    private readonly model: LayersModel,
    private readonly failure: Promise<never>,
  ) {
    this.divisors = contract.divisors;
    this.inputRange = contract.inputRange;
    this.outputRange = contract.outputRange;
  }

  /** @param failure rejects when the backend fails without tfjs noticing. */
  static async load({ artifacts, contract }: CompiledNetwork, failure: Promise<never> = new Promise(() => undefined)): Promise<Network> {
    return new Network(contract, await loadLayersModel(tf.io.fromMemory(artifacts)), failure);
  }

  async run({ shape, values }: HostTensor): Promise<Float32Array> {
    const input = tf.tensor(values, [...shape]);
    const output = this.model.predict(input) as tf.Tensor;
    try {
      // Asynchronously: WebGPU has no other way.
      return (await Promise.race([output.data(), this.failure])) as Float32Array;
    } finally {
      input.dispose();
      output.dispose();
    }
  }
}
