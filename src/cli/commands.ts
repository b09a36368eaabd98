import type { Command } from 'commander';

/** A command as `mfnc --help` lists it; its module is loaded only when it is called. */
export interface CommandEntry {
  readonly name: string;
  readonly summary: string;
  readonly load: () => Promise<CommandModule>;
}

/** What every `src/cli/<command>.ts` exports: it adds its command, with options, help and action, to the program. */
export interface CommandModule {
  register(program: Command): void;
}

export const commands: readonly CommandEntry[] = [
  { name: 'check', summary: 'find mistakes in .mfn sources', load: () => import('./check.js') },
  { name: 'explain', summary: 'print what a diagnostic means, with examples', load: () => import('./explain.js') },
  { name: 'fmt', summary: 'bring .mfn sources into the one style of the language', load: () => import('./fmt.js') },
  { name: 'variants', summary: 'list the variants in a file, or of a model', load: () => import('./variants.js') },
  { name: 'inspect', summary: 'print the blocks of a model with shapes, parameters and cost', load: () => import('./inspect.js') },
  { name: 'diff', summary: 'print how two models differ', load: () => import('./diff.js') },
  {
    name: 'compile',
    summary: 'write the IR, a SavedModel, an ONNX file or a LayersModel of TensorFlow.js',
    load: () => import('./compile.js'),
  },
  { name: 'generate', summary: 'write a model as TypeScript on tfjs', load: () => import('./generate.js') },
  { name: 'train', summary: 'train a model as a run file says', load: () => import('./train.js') },
  { name: 'replay', summary: 'compute one step of a training again', load: () => import('./replay.js') },
  { name: 'report', summary: 'make the report of a training again', load: () => import('./report.js') },
  { name: 'evaluate', summary: 'measure a network over a folder of pairs', load: () => import('./evaluate.js') },
  { name: 'metrics', summary: 'measure the quality of images', load: () => import('./metrics.js') },
  { name: 'enhance', summary: 'enhance photographs', load: () => import('./enhance.js') },
  {
    name: 'synthesize',
    summary: 'make low-light pairs of photographs with a trained degradation network',
    load: () => import('./synthesize.js'),
  },
  { name: 'ablate', summary: 'train variants of a model with several seeds and compare them', load: () => import('./ablate.js') },
  { name: 'bench', summary: 'measure size, compute, time and memory of models', load: () => import('./bench.js') },
  { name: 'run', summary: 'run a model on tensors', load: () => import('./run.js') },
  { name: 'engine', summary: 'install or remove an engine', load: () => import('./engine.js') },
  { name: 'cache', summary: 'clear the cache of compiled graphs', load: () => import('./cache.js') },
  { name: 'doctor', summary: 'list engines, versions and devices', load: () => import('./doctor.js') },
  { name: 'weights', summary: 'show weights, or bring them into another kind of file', load: () => import('./weights.js') },
  { name: 'data', summary: 'prepare photographs for a training', load: () => import('./data.js') },
];
