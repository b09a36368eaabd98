import type { Precision, Sources, TensorValues } from '../3-lower/index.js';
import type { IR } from '../ir/ir.js';
import type { Program } from '../ir/program.js';
import { emitIR } from './ir/index.js';
import { emitOnnx } from './onnx/index.js';
import { emitSavedModel } from './savedmodel/index.js';
import { emitLayersModel } from './tfjs/index.js';
import { describeWeights } from './weights-description.js';

export { EmissionFailure } from './emission-failure.js';

/** What a model can be compiled to: the IR as JSON, TensorFlow's SavedModel, ONNX, a LayersModel of TensorFlow.js. */
export const targets = ['ir', 'savedmodel', 'onnx', 'tfjs'] as const;
export type Target = (typeof targets)[number];

/** Precisions that a target can hold. onnxruntime has no kernels for bfloat16 convolutions on the CPU, tfjs has no bfloat16; the IR has no types at all. */
export const precisionsOf: Readonly<Record<Target, readonly Precision[]>> = {
  ir: ['float32', 'bfloat16'],
  savedmodel: ['float32', 'bfloat16'],
  onnx: ['float32'],
  tfjs: ['float32'],
};

/** Contents of files by their path below an output folder. */
export type EmittedFiles = Map<string, string | Uint8Array>;

/** What is to be written. */
export interface EmitRequest {
  /** Stem of the files' names, `lw-drgn`. */
  readonly name: string;
  readonly ir: IR;
  /** The model at the size that the artefacts take. */
  readonly program: Program;
  /** Values of all parameters of the Program by path; they become constants of the artefacts. */
  readonly weights: ReadonlyMap<string, TensorValues>;
  /** Hash of the weights; the artefacts carry it, and who reads the weights back out of them checks it. */
  readonly weightsHash?: string;
  /** Texts of the sources, for line numbers in messages. */
  readonly sources?: Sources;
}

/** Files of the targets asked for, and what there is to say about them. */
export interface Emission {
  readonly files: EmittedFiles;
  /** Sentences for people: which sizes an artefact takes, what has to stand beside it. */
  readonly notes: readonly string[];
}

/**
 * Phase 4: the files of the targets asked for. Text and bytes depend on the arguments only.
 * @throws EmissionFailure when a target cannot say what the model does.
 */
export const emit = (wanted: readonly Target[], { name, ir, program, weights, weightsHash, sources }: EmitRequest): Emission => {
  const description = describeWeights(ir, weightsHash);
  const emitters: Readonly<Record<Target, () => Emission>> = {
    ir: () => withoutNotes(new Map([[`${name}.ir.json`, emitIR(ir)]])),
    savedmodel: () => withoutNotes(inFolder('savedmodel', emitSavedModel(program, { weights, description }).files)),
    onnx: () => withoutNotes(new Map([[`${name}.onnx`, emitOnnx(program, { weights, description })]])),
    tfjs: () => {
      const { files, notes } = emitLayersModel(ir, program, { weights, description, ...(sources && { sources }) });
      return { files: inFolder('tfjs', files), notes };
    },
  };
  const emitted = targets.filter((target) => wanted.includes(target)).map((target) => emitters[target]());
  return { files: new Map(emitted.flatMap(({ files }) => [...files])), notes: emitted.flatMap(({ notes }) => notes) };
};

const withoutNotes = (files: EmittedFiles): Emission => ({ files, notes: [] });

const inFolder = (folder: string, files: ReadonlyMap<string, string | Uint8Array>): EmittedFiles =>
  new Map([...files].map(([file, content]) => [`${folder}/${file}`, content]));
