import type { BenchmarkCase } from './protocol.js';

const sizes = {
  /** A photograph, and the training batch of the paper. */
  full: { inference: { batch: 1, height: 400, width: 600 }, 'train-step': { batch: 16, height: 96, width: 96 } },
  /** For engines that take minutes for the full size. */
  small: { inference: { batch: 1, height: 64, width: 64 }, 'train-step': { batch: 1, height: 16, width: 16 } },
} as const;

export const caseNames = ['inference', 'train-step', 'small-inference', 'small-train-step'] as const;
export type CaseName = (typeof caseNames)[number];

export function caseNamed(name: CaseName, model: BenchmarkCase['model']): BenchmarkCase {
  const size = name.startsWith('small-') ? 'small' : 'full';
  const job = name.endsWith('inference') ? 'inference' : 'train-step';
  return { name: job, model, ...sizes[size][job] };
}

/**
 * Whether an engine takes part in a case unless it is asked for by name: tfjs-cpu in the small ones only, tfjs-wasm in those and in the inference.
 * tfjs-node takes part in all, so that the small tables can be read beside the large ones.
 */
export function runsByDefault(engine: string, name: CaseName): boolean {
  const small = name.startsWith('small-');
  if (engine === 'tfjs-cpu') return small;
  if (engine === 'tfjs-wasm') return small || name === 'inference';
  return !small || engine === 'tfjs-node';
}
