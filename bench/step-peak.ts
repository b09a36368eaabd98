import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { serialize } from 'node:v8';
import { analyze, lowerTrainStep, type Program } from '../src/compiler/index.js';
import type { EngineName } from '../src/runtime/engines/index.js';

/** Bytes of a process, before a step was compiled and at its peak. */
export interface StepPeak {
  readonly before: number;
  readonly peak: number;
}

/** A train step of a shipped model. */
export interface StepCase {
  readonly model: string;
  readonly stage: string;
  readonly width: number;
  readonly batch: number;
  readonly patch: number;
}

/** Compiles the train step of a case. */
export function trainStepOf({ model, stage, width, batch, patch }: StepCase): Program {
  return lower(readFileSync(`models/${model}.mfn`, 'utf8'), stage, batch, patch, { width });
}

function lower(source: string, stage: string, batch: number, patch: number, parameters: Readonly<Record<string, number>> = {}): Program {
  const host = { read: () => source, resolve: (_from: string, specifier: string) => specifier };
  const { ir } = analyze('model.mfn', host, { parameters });
  if (!ir) throw new Error(`the model of the stage ${stage} does not compile`);
  return lowerTrainStep(ir, stage, { batch, height: patch, width: patch }).program;
}

/** A step of few nodes: the engine loads its library for it, and keeps no memory that the measured one could take over. */
const warmUp = `mfn 1
import { conv } from "std/blocks"
import { l1 } from "std/losses"
model Small { in low: image  out high: image  layer = conv(3, 3)  high = layer(low) }
training of Small {
  data { pair(low, normal)  patch 8 x 8  batch 1 }
  adam { rate = 1e-3 }
  stage only for 1 epochs { minimize loss over layer = l1(layer(low), normal) }
}
`;

const worker = fileURLToPath(new URL('memory-worker.ts', import.meta.url));

/** Runs a few steps in a process of its own. Linux only: it reads /proc. */
export async function measureStepPeak(engine: EngineName, program: Program, steps = 8): Promise<StepPeak> {
  const folder = mkdtempSync(path.join(tmpdir(), 'mfnc-memory-'));
  try {
    const file = path.join(folder, 'program');
    writeFileSync(file, serialize({ program, warmUp: lower(warmUp, 'only', 1, 8) }));
    const args = ['--expose-gc', '--import', 'tsx', worker, engine, file, String(steps)];
    const { stdout } = await promisify(execFile)(process.execPath, args, { env: { ...process.env, MFNC_CACHE: 'off' } });
    return JSON.parse(stdout.trim().split('\n').at(-1) ?? '') as StepPeak;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
