import { type Command, Option } from 'commander';
import type { Precision } from '../compiler/3-lower/index.js';
import { type EngineChoice, engineChoices } from '../runtime/engines/index.js';
import { InsufficientMemory, readRunFile, type TrainOutcome, train } from '../runtime/train/index.js';
import { printDiagnostics } from './analyze-file.js';
import { CommandFailure } from './failure.js';
import { guarded } from './guarded.js';
import { tooMuchMemory } from './inspect-train.js';
import { interruptedExitCode, listenForInterruption } from './interruption.js';
import { type ErrorLimit, maxErrorsOption } from './max-errors.js';
import { parseCount } from './parse-count.js';
import { precisionOption } from './precision-option.js';
import { requireEngine } from './runtime-failure.js';
import { type Overriding, setOption } from './set-option.js';
import { colorsFor } from './terminal/colors.js';
import { scoresText } from './terminal/scores-text.js';
import { TrainProgress } from './terminal/train-progress.js';
import { requireTrainableIR } from './trainable-ir.js';

interface Options extends ErrorLimit, Overriding {
  readonly resume?: boolean;
  readonly maxSteps?: number;
  readonly engine?: EngineChoice;
  readonly precision?: Precision;
  readonly json?: boolean;
}

export function register(program: Command): void {
  program
    .command('train')
    .summary('train a model as a run file says')
    .description(
      'Trains the stages of a model on the data that a run file (YAML) names and writes log, samples, checkpoints and weights into its output folder.',
    )
    .argument('<run>', 'run file')
    .option('--resume', 'go on with the run that the output folder holds')
    .option('--max-steps <count>', 'end each stage after this many steps', parseCount(1))
    .addOption(new Option('--engine <name>', 'engine to train on, in place of the one in the run file').choices(engineChoices))
    .addOption(precisionOption(', in place of the one in the run file'))
    .addOption(setOption('override a value of the run file (seed=2), or of the model and its training'))
    .addOption(maxErrorsOption())
    .option('--json', 'print the outcome as JSON')
    .addHelpText(
      'after',
      [
        '',
        'weights: FILE in the run file, or --set weights=FILE, starts from these weights in place of random values (path as seen from the run file).',
        'Samples and validation are computed in float32, from the float32 weights, whatever the precision of the steps; mfnc evaluate --precision measures in another.',
        'Ctrl-C finishes the running step and leaves a state that --resume continues (exit code 130); a second Ctrl-C ends at once.',
        '',
        'Example:',
        '  mfnc train examples/lol/run.yaml --set training.batch=8',
      ].join('\n'),
    )
    .action(guarded(runTraining));
}

async function runTraining(path: string, options: Options): Promise<void> {
  const written = await readRunFile(path, options.set);
  const run = { ...written, precision: options.precision ?? written.precision };
  const { ir, sources } = requireTrainableIR(run, options);
  const engine = await requireEngine(options.engine ?? run.engine, run.precision);
  const progress = new TrainProgress(engine.name);
  const interruption = listenForInterruption('Stopping after what is running now, so that --resume can go on; Ctrl-C again ends at once.');
  try {
    const outcome = await train({
      run,
      ir,
      sources,
      engine,
      resume: options.resume === true,
      ...(options.maxSteps === undefined ? {} : { maxSteps: options.maxSteps }),
      signal: interruption.signal,
      reporter: progress,
    });
    progress.end();
    process.stdout.write(options.json === true ? `${JSON.stringify(outcome, null, 2)}\n` : describeOutcome(outcome, path));
    if (outcome.interrupted) process.exitCode = interruptedExitCode;
  } catch (error) {
    progress.end();
    if (!(error instanceof InsufficientMemory)) throw error;
    const span = ir.training?.stages.find(({ name }) => name === error.stage)?.span ?? { file: ir.source, start: 0, end: 0 };
    const diagnostic = tooMuchMemory(span, error.stage, error.estimate, error.remedy, error.available);
    printDiagnostics({ diagnostics: [diagnostic], sources: new Map(sources) });
    throw new CommandFailure(2, '');
  } finally {
    progress.end();
    interruption.stop();
  }
}

function describeOutcome({ folder, interrupted, stage, step, validation, best }: TrainOutcome, path: string): string {
  const colors = colorsFor(process.stdout);
  if (interrupted) return `Interrupted after step ${step} of stage ${stage}. Go on with: mfnc train ${path} --resume\n`;
  const lines = [`${colors.green('done')}: ${folder.weights}`];
  if (validation !== undefined)
    lines.push(
      `validation: PSNR ${validation.psnr.toFixed(2)} dB, SSIM ${validation.ssim.toFixed(4)}, mean of ${validation.images} images (${folder.metrics})`,
    );
  if (best !== undefined && (best.stage !== stage || best.step !== step)) {
    const score = scoresText({ [best.metric]: best.value });
    lines.push(`best validation: ${score} after step ${best.step} of stage ${best.stage} (${folder.bestWeights})`);
  }
  return `${lines.join('\n')}\n`;
}
