import { type AnalyzeResult, analyze } from './2-analyze/analyze.js';
import type { CompileOptions, SourceHost } from './2-analyze/options.js';
import { type ImageSize, initializeWeights, inPrecision, lowerInference, type Precision, type TensorValues } from './3-lower/index.js';
import { type EmittedFiles, emit, type Target } from './4-emit/index.js';

export interface CompileRequest extends CompileOptions {
  readonly targets: readonly Target[];
  /** Batch, height and width that the artefacts take. */
  readonly size: ImageSize;
  /** Trained weights by path; without them the artefacts hold the start values of `seed`. */
  readonly weights?: ReadonlyMap<string, TensorValues>;
  /** Default 1. */
  readonly seed?: number;
  /** In which type the artefacts compute convolutions: one that all targets can hold (`precisionsOf`). Default float32. */
  readonly precision?: Precision;
}

/** What a source was compiled to. Without an IR there are errors among the diagnostics, and no files. */
export interface Compilation extends AnalyzeResult {
  readonly files: EmittedFiles;
}

/**
 * All phases on one source: parse and analyze (every module that the source imports is parsed when it is met), lower, emit.
 * @param path the source, as `host` knows it.
 * @throws LoweringFailure when the size breaks a constraint of the model, EmissionFailure when a target cannot say what it does.
 */
export const compile = (path: string, host: SourceHost, request: CompileRequest): Compilation => {
  const analysis = analyze(path, host, request);
  if (analysis.ir === undefined) return { ...analysis, files: new Map() };
  const program = inPrecision(lowerInference(analysis.ir, request.size, analysis.sources), request.precision ?? 'float32');
  const weights = request.weights ?? initializeWeights(analysis.ir, request.seed ?? 1);
  const { ir, sources } = analysis;
  return { ...analysis, files: emit(request.targets, { name: ir.model.name, ir, program, weights, sources }).files };
};
