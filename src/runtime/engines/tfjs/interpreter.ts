import type { Program } from '../../../compiler/ir/program.js';
import { requireFloat32 } from '../element-types.js';
import type { EngineOptions, Executable } from '../engine.js';
import { requireSupport } from '../support.js';
import type { RunningBackend } from './backend.js';
import { TfjsExecutable } from './executable.js';
import { loadTfjs, type Tfjs } from './library.js';

/** Starts a backend of tfjs; may be called for every Program. */
export type BackendStart = (tf: typeof Tfjs) => Promise<RunningBackend>;

/**
 * Makes a Program ready to be interpreted with one of tfjs's backends. Nothing here or below needs Node: pages use it as it is.
 * @throws EngineFailure when tfjs or the backend cannot be started.
 */
export async function interpretWith(start: BackendStart, program: Program, options: EngineOptions = {}): Promise<Executable> {
  const tf = await loadTfjs();
  const backend = await start(tf);
  // tfjs has no bfloat16. In plain JavaScript it is float32 rounded after each node, which shows what another engine should compute.
  if (backend.engine !== 'tfjs-cpu') requireFloat32(backend.engine, program);
  requireSupport(backend.engine, program);
  return TfjsExecutable.create(program, tf, backend, options.weights ?? new Map());
}
