import os from 'node:os';
import { parseArgs } from 'node:util';
import type { Precision } from '../src/compiler/3-lower/index.js';
import { elementTypes } from '../src/compiler/ir/element-type.js';
import { type CaseName, caseNames } from './cases.js';
import type { Settings } from './measure.js';
import type { BenchmarkCase, PyTorchMode } from './protocol.js';

export interface Options {
  readonly cases: readonly CaseName[];
  readonly models: readonly BenchmarkCase['model'][];
  /** Engines asked for by name; undefined: all that are present, each in the cases that suit it. */
  readonly engines: readonly string[] | undefined;
  readonly device: PyTorchMode['device'];
  /** Types in which convolutions are computed; undefined: float32, and bfloat16 where it is fast. */
  readonly precisions: readonly Precision[] | undefined;
  readonly settings: Settings;
  /** Folder of the report; undefined: this one. */
  readonly output: string | undefined;
  /** Kinds of sides besides the engines. */
  readonly pytorch: boolean;
  readonly handwritten: boolean;
}

/** Engines that run on a GPU. */
export const gpuEngines = ['tfjs-node-gpu', 'onnx-webgpu', 'tfjs-webgpu'] as const;

/** @throws RangeError for a value that is none. */
export function readOptions(args: readonly string[]): Options {
  const { values } = parseArgs({
    args: [...args],
    options: {
      case: { type: 'string' },
      engines: { type: 'string' },
      model: { type: 'string' },
      device: { type: 'string', default: 'cpu' },
      precision: { type: 'string' },
      rounds: { type: 'string', default: '15' },
      warmup: { type: 'string', default: '3' },
      threads: { type: 'string', default: String(os.availableParallelism()) },
      output: { type: 'string' },
      'without-pytorch': { type: 'boolean', default: false },
      'without-handwritten': { type: 'boolean', default: false },
    },
  });
  const device = oneOf('--device', ['cpu', 'cuda'] as const, values.device);
  const onGpu = device === 'cuda';
  const engines = values.engines?.split(',').filter((name) => name !== '');
  return {
    cases: listOf('--case', caseNames, values.case ?? (onGpu ? 'inference,train-step' : caseNames.join(','))),
    models: listOf('--model', ['lw-drgn', 'drgn'] as const, values.model ?? (onGpu ? 'lw-drgn,drgn' : 'lw-drgn')),
    engines: engines ?? (onGpu ? gpuEngines : undefined),
    device,
    precisions: values.precision === undefined ? undefined : listOf('--precision', elementTypes, values.precision),
    settings: {
      rounds: positiveInteger('--rounds', values.rounds),
      warmup: positiveInteger('--warmup', values.warmup),
      threads: positiveInteger('--threads', values.threads),
    },
    output: values.output,
    pytorch: !values['without-pytorch'],
    handwritten: !values['without-handwritten'],
  };
}

function listOf<T extends string>(option: string, choices: readonly T[], text: string): T[] {
  return text.split(',').map((name) => oneOf(option, choices, name));
}

function oneOf<T extends string>(option: string, choices: readonly T[], name: string): T {
  const found = choices.find((choice) => choice === name);
  if (found === undefined) throw new RangeError(`${option} knows ${choices.join(', ')}, not ${name}`);
  return found;
}

function positiveInteger(option: string, text: string): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 1) throw new RangeError(`${option} wants a positive whole number, not ${text}`);
  return value;
}
