import type { PictureSet } from '../runtime/data/index.js';
import { isFolder } from '../runtime/files/index.js';
import { picturesOfRun, readRunFile } from '../runtime/train/index.js';
import { type CheckOptions, paperPatch } from './data-check.js';
import { CommandFailure } from './failure.js';
import { requireTrainableIR } from './trainable-ir.js';

/**
 * The pictures of a run file.
 * @param patch height and width in place of those of its model. @throws CommandFailure, RuntimeFailure
 */
export async function setsOfRun(path: string, options: CheckOptions, patch?: readonly [number, number]): Promise<PictureSet[]> {
  const role = (['low', 'normal', 'reference'] as const).find((name) => options[name] !== undefined);
  if (role !== undefined)
    throw new CommandFailure(
      2,
      `both a run file (${path}) and --${role} are given`,
      'the run file names the folders: leave one of them out',
    );
  if (await isFolder(path))
    throw new CommandFailure(
      2,
      `${path} is a folder, not a run file`,
      'say what its pictures are: --low FOLDER --normal FOLDER for pairs, --reference FOLDER for pictures without partners',
    );
  const run = await readRunFile(path, options.set);
  const { ir } = requireTrainableIR(run, options);
  return picturesOfRun(run, ir, patch ?? ir.training?.patch ?? paperPatch);
}
