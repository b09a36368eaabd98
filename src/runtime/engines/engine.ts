import type { Program } from '../../compiler/ir/program.js';

export const engineNames = ['tfjs-node-gpu', 'tfjs-node', 'onnx', 'onnx-webgpu', 'tfjs-webgpu', 'tfjs-wasm', 'tfjs-cpu'] as const;
export type EngineName = (typeof engineNames)[number];

/** A tensor on the host: row-major float32 values, NHWC for images, HWIO for filters. */
export interface HostTensor {
  readonly shape: readonly number[];
  readonly values: Float32Array;
}

/** What `probe` found, as `mfnc doctor` prints it. */
export interface EngineStatus {
  readonly name: EngineName;
  readonly available: boolean;
  /** Versions of the libraries the engine stands on, `{ 'onnxruntime-node': '1.30.0' }`; empty where it is absent. */
  readonly versions: Readonly<Record<string, string>>;
  /** 'CPU', or the name of the accelerator; empty where the engine is absent. */
  readonly devices: readonly string[];
  /** The device is a program on the processor (SwiftShader, lavapipe): right, slow, and never chosen by `auto`. */
  readonly software?: boolean;
  /** Threads within one operator; 0 where the engine has no such setting. */
  readonly threads: number;
  /** Where the engine was found. */
  readonly location?: string;
  /** Why it is not available and how to get it, in one or two sentences. */
  readonly reason?: string;
}

export interface EngineOptions {
  /** Threads within one operator. Default: the machine's cores, or what an earlier compile in this process set. */
  readonly threads?: number;
  /**
   * Values of inputs of role `parameter`, by name, that become constants of the compiled graph: inference is faster with them, because
   * the engine lays them out once. `write` refuses such a parameter and `read` does not return it. Parameters left out stay inputs.
   */
  readonly weights?: ReadonlyMap<string, HostTensor>;
}

/** What a run has given, before it counts. */
export interface RunOutcome {
  /** The outputs of role `result` that were fetched. */
  readonly results: ReadonlyMap<string, HostTensor>;
  /** The values that the inputs of a role are about to have, by name; those that stay as they are are left out. */
  next(role: 'parameter' | 'state'): Promise<Map<string, HostTensor>>;
}

/**
 * A Program made ready to run on one engine. It holds the parameters and states: `run` replaces them by the outputs of the
 * same name and role, without a copy to the host.
 */
export interface Executable {
  readonly program: Program;
  /**
   * Runs the Program once.
   * @param feeds a tensor for every input of role `data` and `scalar`, by name; other inputs come from what `write` stored.
   * @param fetch names of the outputs of role `result` to read back. Default: all of them.
   * @param accept is shown the outcome before parameters and states are replaced. What it throws ends the run, and they stay as they were.
   * @throws EngineFailure when an input is missing, has another shape, or when the engine fails.
   */
  run(
    feeds: ReadonlyMap<string, HostTensor>,
    fetch?: readonly string[],
    accept?: (outcome: RunOutcome) => Promise<void>,
  ): Promise<Map<string, HostTensor>>;
  /** Stores values for inputs of role `parameter` or `state`, by name. */
  write(role: 'parameter' | 'state', values: ReadonlyMap<string, HostTensor>): void;
  /** Reads the present values of all inputs of role `parameter` or `state`. */
  read(role: 'parameter' | 'state'): Promise<Map<string, HostTensor>>;
  /** Frees everything the engine holds for this Program. Further calls of `run` fail. */
  dispose(): Promise<void>;
}

export interface Engine {
  readonly name: EngineName;
  /** Says whether the engine can run here. Never throws, and never loads a native library into a process that cannot carry it. */
  probe(): Promise<EngineStatus>;
  /** @throws EngineFailure when the engine is absent or cannot run the Program. */
  compile(program: Program, options?: EngineOptions): Promise<Executable>;
}

/** A failure of an engine with a message for the user. */
export class EngineFailure extends Error {
  override readonly name = 'EngineFailure';
}
