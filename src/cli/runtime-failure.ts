import { LoweringFailure, type Precision } from '../compiler/3-lower/index.js';
import { EmissionFailure } from '../compiler/4-emit/emission-failure.js';
import {
  type Engine,
  type EngineChoice,
  EngineFailure,
  findEngine,
  requireFastPrecision,
  UnsupportedProgram,
} from '../runtime/engines/index.js';
import { RuntimeFailure } from '../runtime/files/index.js';
import { CommandFailure } from './failure.js';

/** A failure below the command line with the exit code it calls for. Anything else is given back as it is: it is a mistake of mfnc. */
export function asCommandFailure(error: unknown): unknown {
  if (error instanceof RuntimeFailure) return new CommandFailure(error.kind === 'input' ? 2 : 1, error.message);
  if (error instanceof LoweringFailure || error instanceof EmissionFailure) return new CommandFailure(2, error.message);
  if (error instanceof UnsupportedProgram) return new CommandFailure(2, error.message);
  if (error instanceof EngineFailure) return new CommandFailure(1, error.message);
  return error;
}

/** The engine asked for. @throws CommandFailure with exit code 2 when it is not available here, or not fast in the precision. */
export async function requireEngine(name: EngineChoice, precision: Precision = 'float32'): Promise<Engine> {
  try {
    const engine = await findEngine(name);
    await requireFastPrecision(engine, precision);
    return engine;
  } catch (error) {
    if (error instanceof EngineFailure) throw new CommandFailure(2, error.message);
    throw error;
  }
}
