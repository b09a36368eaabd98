import { writeFileAtomically } from '../files/index.js';
import { reportPage } from './page.js';
import { PictureBudget, pictureRows, sampleHistory } from './pictures.js';
import { type RunFiles, readRun } from './run-contents.js';

/** Bytes of pictures in a report; with curves, tables and script it stays under 10 MB. */
const pictureBytes = 8_000_000;

/**
 * Makes report.html of what is in the output folder of a run, and of nothing else: one file that loads nothing, with curves, pictures, scores, config and hashes.
 * The same folder gives the same bytes.
 * @throws RuntimeFailure when the folder holds no run or cannot be written.
 */
export async function writeReport(files: RunFiles): Promise<void> {
  const run = await readRun(files);
  const budget = new PictureBudget(pictureBytes);
  const picture = run.validations.at(-1)?.picture;
  const worst = picture === undefined ? [] : await pictureRows(run.folder, picture, budget);
  const samples = await sampleHistory(run.folder, run.samples, budget);
  await writeFileAtomically(files.report, reportPage(run, { worst, samples }));
}
