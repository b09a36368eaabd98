import type { Program } from '../../compiler/ir/program.js';
import { EngineFailure, type EngineName } from './engine.js';

/** For engines that compute in float32 only. @throws EngineFailure for a Program with tensors of another type. */
export function requireFloat32(engine: EngineName, { name, tensors }: Program): void {
  const other = tensors.find(({ type }) => type !== 'float32');
  if (other !== undefined) throw new EngineFailure(`${engine} computes in float32 only; ${name} has tensors of ${other.type}.`);
}
