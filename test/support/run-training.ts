import { requireIR } from '../../src/cli/analyze-file.js';
import { type EngineChoice, findEngine } from '../../src/runtime/engines/index.js';
import { readRunFile, train } from '../../src/runtime/train/index.js';

export interface HowToTrain {
  readonly maxSteps?: number;
  /** Interrupts after this many steps. */
  readonly stopAfter?: number;
  readonly resume?: boolean;
  /** `onnx` where none is named. */
  readonly engine?: EngineChoice;
}

/** Trains as a run file says. @returns what it noted. */
export async function runTraining(
  path: string,
  { maxSteps = 1, stopAfter, resume = false, engine = 'onnx' }: HowToTrain = {},
): Promise<string[]> {
  const file = await readRunFile(path);
  const controller = new AbortController();
  const notes: string[] = [];
  let steps = 0;
  await train({
    run: file,
    ir: requireIR(file.model, { overrides: file.overrides }).ir,
    engine: await findEngine(engine),
    resume,
    maxSteps,
    signal: controller.signal,
    reporter: {
      checked: () => undefined,
      stepDone: () => {
        if (++steps === stopAfter) controller.abort();
      },
      validating: () => undefined,
      note: (line) => notes.push(line),
    },
  });
  return notes;
}
