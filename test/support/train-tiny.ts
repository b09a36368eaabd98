import { requireIR } from '../../src/cli/analyze-file.js';
import { findEngine } from '../../src/runtime/engines/index.js';
import { readRunFile, type TrainObserver, type TrainOutcome, train } from '../../src/runtime/train/index.js';

/** How a run is trained, and when it is interrupted. */
export interface How {
  readonly resume?: boolean;
  readonly maxSteps?: number;
  /** Interrupts after this step, as Ctrl-C does. */
  readonly stopAt?: { readonly stage: string; readonly step: number };
  readonly observer?: TrainObserver;
}

/** Trains a run file on the embedded engine. */
export async function trainTiny(path: string, { resume = false, maxSteps, stopAt, observer = {} }: How = {}): Promise<TrainOutcome> {
  const run = await readRunFile(path);
  const controller = new AbortController();
  const { ir, sources } = requireIR(run.model, { overrides: run.overrides });
  return train({
    run,
    ir,
    sources,
    engine: await findEngine('onnx'),
    resume,
    ...(maxSteps === undefined ? {} : { maxSteps }),
    signal: controller.signal,
    reporter: {
      ...observer,
      checked: () => undefined,
      validating: () => undefined,
      note: () => undefined,
      stepDone: async (record, imagesPerSecond) => {
        const { stage, step } = record;
        await observer.stepDone?.(record, imagesPerSecond);
        if (stage === stopAt?.stage && step === stopAt.step) controller.abort();
      },
    },
  });
}
