import type { Command } from 'commander';
import { writeReport } from '../runtime/report/index.js';
import { outputFiles } from '../runtime/train/index.js';
import { guarded } from './guarded.js';

export function register(program: Command): void {
  program
    .command('report')
    .summary('make the report of a training again')
    .description(
      [
        'Writes report.html into the output folder of a training, of what is there: curves, pictures, scores, config, hashes.',
        'A training does so by itself; this is for folders that were copied, or trained by another version. The page is one file that loads nothing.',
      ].join(' '),
    )
    .argument('<runs...>', 'output folders of trainings')
    .addHelpText('after', '\nExample:\n  mfnc report runs/lol')
    .action(guarded(report));
}

async function report(folders: readonly string[]): Promise<void> {
  for (const folder of folders) {
    const files = outputFiles(folder);
    await writeReport(files);
    process.stdout.write(`${files.report}\n`);
  }
}
