import type { TensorValues } from '../3-lower/index.js';
import type { IR } from '../ir/ir.js';
import type { Program } from '../ir/program.js';
import { emitIR } from './ir/index.js';
import { emitOnnx } from './onnx/index.js';
import { emitSavedModel } from './savedmodel/index.js';

/** What a model can be compiled to: the IR as JSON, TensorFlow's SavedModel, ONNX. */
export const targets = ['ir', 'savedmodel', 'onnx'] as const;
export type Target = (typeof targets)[number];

/** Contents of files by their path below an output folder. */
export type EmittedFiles = Map<string, string | Uint8Array>;

/**
 * Phase 4: the files of the targets asked for. Text and bytes depend on the arguments only.
 * @param name stem of the files' names, `lw-drgn`.
 * @param weights values of all parameters of the Program by path; they become constants of the artefacts.
 */
export const emit = (
  name: string,
  wanted: readonly Target[],
  ir: IR,
  program: Program,
  weights: ReadonlyMap<string, TensorValues>,
): EmittedFiles => {
  const emitters: Readonly<Record<Target, () => EmittedFiles>> = {
    ir: () => new Map([[`${name}.ir.json`, emitIR(ir)]]),
    savedmodel: () => new Map([...emitSavedModel(program, { weights }).files].map(([file, bytes]) => [`savedmodel/${file}`, bytes])),
    onnx: () => new Map([[`${name}.onnx`, emitOnnx(program, { weights })]]),
  };
  return new Map(targets.filter((target) => wanted.includes(target)).flatMap((target) => [...emitters[target]()]));
};
