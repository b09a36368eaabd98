import type { TrainObserver } from '../observe/index.js';
import { writeReport } from './report.js';
import type { RunFiles } from './run-contents.js';

/** Keeps report.html up to date while a run is trained. A report that cannot be written is a note and stops no training. */
export class ReportWriter implements TrainObserver {
  constructor(
    private readonly files: RunFiles,
    private readonly note: (line: string) => void,
  ) {}

  sampled(): Promise<void> {
    return this.write();
  }

  validated(): Promise<void> {
    return this.write();
  }

  stageEnded(): Promise<void> {
    return this.write();
  }

  ended(): Promise<void> {
    return this.write();
  }

  private async write(): Promise<void> {
    try {
      await writeReport(this.files);
    } catch (error) {
      this.note(`The report could not be written, the training goes on: ${error instanceof Error ? error.message : String(error)}`);
    }
  }
}
