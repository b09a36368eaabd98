import { createRequire } from 'node:module';
import { constants } from 'node:os';
import { EngineFailure } from '../engine.js';
import type { NativeLocation } from './location.js';

/** Handle of a tensor that TensorFlow holds. */
export type TensorHandle = number;
/** Handle of a loaded SavedModel. */
export type SessionHandle = number;

/** A tensor as the binding describes the results of a run. */
export interface TensorDescription {
  readonly id: TensorHandle;
  readonly shape: readonly number[];
}

/**
 * What mfnc calls of tfjs-node's native binding (tfjs_binding.d.ts of the package). The package's JavaScript is left out: `tf.node.loadSavedModel`
 * is a thin layer over these functions that reads the whole file once more to find the signature, checks every input on every call, prints a
 * banner, changes the backend of a tfjs that the process may use otherwise, and breaks on Node 23 and later (`util.isNullOrUndefined`).
 */
export interface TensorFlowBinding {
  readonly TF_FLOAT: number;
  readonly TF_Version: string;
  createTensor(shape: readonly number[], type: number, values: Float32Array): TensorHandle;
  deleteTensor(tensor: TensorHandle): void;
  /** A copy of the tensor's values. */
  tensorDataSync(tensor: TensorHandle): Float32Array;
  /** @param tags comma-separated. */
  loadSavedModel(folder: string, tags: string): SessionHandle;
  deleteSavedModel(session: SessionHandle): void;
  /** @param inputNames @param outputNames names of tensors, `node:0`, comma-separated. */
  runSavedModel(session: SessionHandle, inputs: readonly TensorHandle[], inputNames: string, outputNames: string): TensorDescription[];
  isUsingGpuDevice(): boolean;
  getNumOfTensors(): number;
  getNumOfSavedModels(): number;
}

let loaded: { readonly binding: TensorFlowBinding; readonly location: NativeLocation } | undefined;

/**
 * Loads the native library into this process, once. Two of them cannot live in one process: the loader takes the second for the first, whose
 * name it has.
 * @throws EngineFailure when the library cannot be loaded or another one is loaded already.
 */
export function loadBinding(location: NativeLocation): TensorFlowBinding {
  if (loaded) {
    if (loaded.location.binding === location.binding) return loaded.binding;
    throw new EngineFailure(
      `${location.engine} cannot be used: this process runs ${loaded.location.engine} already. Use one of them for the whole command.`,
    );
  }
  try {
    if (location.logLevel !== undefined) {
      const { RTLD_GLOBAL, RTLD_NOW } = constants.dlopen;
      process.dlopen({ exports: {} }, location.logLevel, RTLD_NOW | RTLD_GLOBAL);
    }
    const binding = createRequire(import.meta.url)(location.binding) as TensorFlowBinding;
    loaded = { binding, location };
    return binding;
  } catch (error) {
    const [reason = ''] = (error instanceof Error ? error.message : String(error)).split('\n');
    throw new EngineFailure(`${location.engine} at ${location.folder} could not be loaded: ${reason}. ${reinstall(location)}`, {
      cause: error,
    });
  }
}

function reinstall({ engine, origin }: NativeLocation): string {
  return origin === 'installed'
    ? `Run \`mfnc engine remove ${engine}\` and \`mfnc engine install ${engine}\`.`
    : `Install the package again, or remove it and run \`mfnc engine install ${engine}\`.`;
}
