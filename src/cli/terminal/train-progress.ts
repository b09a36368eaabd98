import type { StepRecord, TrainReporter, Validated } from '../../runtime/train/index.js';
import { Progress, type ProgressOptions } from './progress.js';
import { scoresText } from './scores-text.js';

/** Steps over which the speed that is shown is averaged. */
const averagedSteps = 20;

/**
 * Shows a training on stderr: one bar for looking at the data, one for each stage with its speed and losses, which also tells the validations, and one for
 * the validation at the end.
 */
export class TrainProgress implements TrainReporter {
  private current: { readonly label: string; readonly progress: Progress } | undefined;
  private stage: { readonly name: string; readonly steps: number; done: number } | undefined;
  /** Of the last steps. */
  private secondsPerImage: number[] = [];
  /** Speed and losses of the last step. */
  private detail = '';

  /** @param options where and how the bars are drawn; for tests. */
  constructor(
    private readonly engine: string,
    private readonly options: Pick<ProgressOptions, 'stream' | 'now' | 'interactive'> = {},
  ) {}

  checked(source: string, done: number, total: number): void {
    this.show(`looking at ${source}`, total, 'images').update(done);
  }

  stageStarted(stage: string, done: number, total: number): void {
    this.stage = { name: stage, steps: total, done };
    this.secondsPerImage = [];
    this.detail = '';
    this.show(`stage ${stage} on ${this.engine}`, total, 'steps', done);
  }

  stepDone({ stage, step, losses }: StepRecord, imagesPerSecond: number): void {
    if (this.stage?.name !== stage) return;
    this.stage.done = step;
    this.secondsPerImage = [...this.secondsPerImage, 1 / imagesPerSecond].slice(-averagedSteps);
    const speed = this.secondsPerImage.length / this.secondsPerImage.reduce((sum, seconds) => sum + seconds, 0);
    const terms = Object.entries(losses).map(([name, value]) => `${name} ${value.toPrecision(4)}`);
    this.detail = `${speed.toFixed(1)} images/s  ${terms.join(' ')}`;
    this.current?.progress.update(step, this.detail);
  }

  stageEnded(): void {
    this.stage = undefined;
    this.end();
  }

  validating(done: number, total: number): void {
    if (this.stage === undefined) this.show('validating', total, 'images').update(done);
    else this.current?.progress.update(this.stage.done, `validating ${done}/${total} images`);
  }

  validated({ stage, step, mean, images, isBest }: Validated): void {
    if (this.stage !== undefined) this.current?.progress.update(this.stage.done, this.detail);
    this.note(`stage ${stage}, step ${step}: ${scoresText(mean)}, mean of ${images.length} images${isBest ? ', the best so far' : ''}`);
  }

  note(line: string): void {
    if (this.current === undefined) (this.options.stream ?? process.stderr).write(`${line}\n`);
    else this.current.progress.note(line);
  }

  /** Leaves the bar that is shown standing. */
  end(): void {
    this.current?.progress.finish();
    this.current = undefined;
  }

  private show(label: string, total: number, unit: string, start = 0): Progress {
    if (this.current?.label !== label) {
      this.end();
      this.current = { label, progress: new Progress({ ...this.options, label, total, unit, start }) };
    }
    return this.current.progress;
  }
}
