import type { IR } from '../../../compiler/ir/ir.js';
import { everyNth, measureDemand, type PictureSet, patchDemand, setOfFolder, setOfFolders, withoutHeldOut } from '../../data/index.js';
import { ssimWindow } from '../../metrics/index.js';
import { atPlace, type Location, locatePairs, locateUnpaired, locateValidation, streamsOf } from './run-data.js';
import type { RunFile } from './run-file.js';

/**
 * All pictures that a run reads, as `examinePictures` takes them: those that are trained on have to hold a patch, those that are held out only what
 * measuring them needs. Unlike a training, it takes files without partners and of one name: they are among what is found.
 * @param patch height and width. @throws RuntimeFailure with the place in the run file for mistakes in it and for folders that cannot be read.
 */
export async function picturesOfRun(run: RunFile, ir: IR, patch: readonly [number, number]): Promise<PictureSet[]> {
  const { roles, unpaired } = streamsOf(run, ir);
  const sets: PictureSet[] = [];
  if (roles !== undefined) {
    const all = await pairSet(await locatePairs(run, run.data.pair, ['data', 'pair'], roles), roles, patch);
    const heldOut = await locateValidation(run, roles);
    if (heldOut === undefined) sets.push(all);
    else {
      const whole = { ...(await pairSet(heldOut, roles, patch)), demand: measureDemand(ssimWindow) };
      const validation = { ...whole, samples: everyNth(whole.samples, heldOut.every) };
      sets.push({ ...all, samples: await withoutHeldOut(all.samples, validation.samples) }, validation);
    }
  }
  for (const role of unpaired) {
    const location = locateUnpaired(run, role);
    sets.push(
      'pairs' in location
        ? listedSet(location.pairs, [role], patch)
        : await atPlace(location.place, () => setOfFolder(role, location.folders[role] as string, patchDemand(patch))),
    );
  }
  return sets;
}

async function pairSet(location: Location, roles: readonly string[], patch: readonly [number, number]): Promise<PictureSet> {
  if ('pairs' in location) return listedSet(location.pairs, roles, patch);
  return atPlace(location.place, () => setOfFolders(location.folders, patchDemand(patch)));
}

function listedSet(samples: PictureSet['samples'], roles: readonly string[], patch: readonly [number, number]): PictureSet {
  return { roles, samples, strays: [], findings: [], demand: patchDemand(patch) };
}
