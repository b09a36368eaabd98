import type * as OnnxRuntime from 'onnxruntime-node';
import { EngineFailure } from '../engine.js';

export type { OnnxRuntime };

/** Loads onnxruntime-node, once per process. @throws EngineFailure when the package or its native library cannot be loaded. */
export async function loadOnnxRuntime(): Promise<typeof OnnxRuntime> {
  try {
    return await import('onnxruntime-node');
  } catch (error) {
    const cause = error instanceof Error ? (error.message.split('\n')[0] ?? '') : String(error);
    throw new EngineFailure(`onnxruntime-node cannot be loaded (${cause}). 'npm install onnxruntime-node@1.30.0' brings it.`);
  }
}
