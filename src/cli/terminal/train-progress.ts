import type { StepRecord, TrainReporter } from '../../runtime/train/index.js';
import { Progress } from './progress.js';

/** Shows a training on stderr: one bar for looking at the data, one for each stage with its losses and speed, one for the validation. */
export class TrainProgress implements TrainReporter {
  private current: { readonly label: string; readonly progress: Progress } | undefined;

  constructor(private readonly engine: string) {}

  checked(source: string, done: number, total: number): void {
    this.show(`looking at ${source}`, total, 'images').update(done);
  }

  stageStarted(stage: string, done: number, total: number): void {
    this.show(`stage ${stage} on ${this.engine}`, total, 'steps', done);
  }

  stepDone({ stage, step, losses }: StepRecord, imagesPerSecond: number): void {
    const terms = Object.entries(losses).map(([name, value]) => `${name} ${value.toPrecision(4)}`);
    const label = `stage ${stage} on ${this.engine}`;
    if (this.current?.label === label) this.current.progress.update(step, `${terms.join(' ')}  ${imagesPerSecond.toFixed(1)} images/s`);
  }

  stageEnded(): void {
    this.end();
  }

  validating(done: number, total: number): void {
    this.show('validating', total, 'images').update(done);
  }

  note(line: string): void {
    if (this.current === undefined) process.stderr.write(`${line}\n`);
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
      this.current = { label, progress: new Progress({ label, total, unit, start }) };
    }
    return this.current.progress;
  }
}
