import type { IR } from '../../../compiler/ir/ir.js';
import { everyNth, measureDemand, type PictureSet, patchDemand, setOfFolder, setOfFolders, withoutHeldOut } from '../../data/index.js';
import { enlargement } from '../../enhance/index.js';
import { ssimWindow } from '../../metrics/index.js';
import { atPlace, type Location, locatePairs, locateUnpaired, locateValidation, streamsOf } from './run-data.js';
import type { RunFile } from './run-file.js';

/**
 * All pictures that a run reads, as `examinePictures` takes them: those that are trained on have to hold a patch, those that are held out only what
 * measuring them needs. Unlike a training, it takes files without partners and of one name: they are among what is found.
 * @param patch height and width. @throws RuntimeFailure with the place in the run file for mistakes in it and for folders that cannot be read.
 */
export async function picturesOfRun(run: RunFile, ir: IR, patch: readonly [number, number]): Promise<PictureSet[]> {
  const { roles, unpaired, first: key, heldOutRoles } = streamsOf(run, ir);
  const sets: PictureSet[] = [];
  if (roles !== undefined) sets.push(await setAt(await locatePairs(run, run.data.pair, ['data', 'pair'], roles), roles, patch));
  for (const role of unpaired) sets.push(await setAt(locateUnpaired(run, role), [role], patch));
  const heldOut = heldOutRoles && (await locateValidation(run, heldOutRoles));
  const [first, ...others] = sets;
  if (heldOut === undefined || first === undefined) return sets;
  const whole = { ...(await setAt(heldOut, first.roles, patch)), demand: measureDemand(ssimWindow, enlargement(ir)) };
  const validation = { ...whole, samples: everyNth(whole.samples, heldOut.every) };
  return [{ ...first, samples: await withoutHeldOut(first.samples, validation.samples, `data.${key}`) }, validation, ...others];
}

async function setAt(location: Location, roles: readonly string[], patch: readonly [number, number]): Promise<PictureSet> {
  if ('pairs' in location) return listedSet(location.pairs, roles, patch);
  const { place, folders } = location;
  const [role, ...others] = roles as readonly [string, ...string[]];
  const demand = patchDemand(patch);
  return atPlace(place, () => (others.length === 0 ? setOfFolder(role, folders[role] as string, demand) : setOfFolders(folders, demand)));
}

function listedSet(samples: PictureSet['samples'], roles: readonly string[], patch: readonly [number, number]): PictureSet {
  return { roles, samples, strays: [], findings: [], demand: patchDemand(patch) };
}
