import { dirname, resolve } from 'node:path';
import type { IR } from '../../../compiler/ir/ir.js';
import {
  everyNth,
  listImages,
  type Pair,
  pairFolders,
  readManifest,
  type SampleSource,
  singles,
  toPair,
  withoutHeldOut,
} from '../../data/index.js';
import { inputFailure, RuntimeFailure } from '../../files/index.js';
import { type RunFile, unknownKey } from './run-file.js';

/** Files of a run, by the streams of the model. */
export interface RunData {
  /** In the order of the model's streams: the first one counts the epochs. */
  readonly sources: readonly SampleSource[];
  /** Pairs held out; empty where the run file names none. */
  readonly validation: readonly Pair[];
}

/**
 * Finds the files that a run file names for the streams of the model; pairs that are held out are taken out of the training pairs.
 * @throws RuntimeFailure with the place in the run file.
 */
export async function openData(run: RunFile, ir: IR): Promise<RunData> {
  const { roles, unpaired } = streamsOf(run, ir);
  const sources: SampleSource[] = [];
  let validation: readonly Pair[] = [];
  if (roles !== undefined) {
    const pairs = await openLocation(await locatePairs(run, run.data.pair, ['data', 'pair'], roles));
    const heldOut = await locateValidation(run, roles);
    if (heldOut !== undefined) validation = everyNth(await openLocation(heldOut), heldOut.every);
    sources.push({ roles, samples: validation.length === 0 ? pairs : await withoutHeldOut(pairs, validation) });
  }
  for (const role of unpaired) sources.push({ roles: [role], samples: await openUnpaired(run, role) });
  return { sources, validation };
}

/** The streams of the model that a run feeds: the roles of the pairs, where it has such, and the unpaired ones. @throws RuntimeFailure */
export function streamsOf(run: RunFile, ir: IR): { readonly roles: readonly string[] | undefined; readonly unpaired: readonly string[] } {
  const streams = ir.training?.streams ?? [];
  const pairRoles = streams.filter(({ kind }) => kind === 'pair').map(({ names }) => names);
  const unpaired = streams.filter(({ kind }) => kind === 'unpaired').flatMap(({ names }) => names);
  checkKeys(run, pairRoles.length > 0, unpaired);
  if (pairRoles.length > 1) throw inputFailure(`${run.model}: has ${pairRoles.length} pair(...) streams; a run can feed one.`);
  return { roles: pairRoles[0], unpaired };
}

function checkKeys(run: RunFile, hasPair: boolean, unpaired: readonly string[]): void {
  const needed = [...(hasPair ? ['pair'] : []), ...unpaired];
  const known = [...needed, ...(hasPair ? ['validation'] : [])];
  for (const key of Object.keys(run.data)) {
    if (!known.includes(key))
      throw inputFailure(`${run.placeOf(['data', key], 'key')}: ${unknownKey(key, 'data (the streams of the model)', known)}`);
  }
  for (const key of needed) {
    if (run.data[key] === undefined)
      throw inputFailure(`${run.placeOf(['data'], 'key')}: data has no \`${key}:\`, a stream that the training of ${run.model} needs.`);
  }
}

/** Where a run file says that pictures are: in a folder for each role, or in files that are listed. */
export type Location =
  | { readonly place: string; readonly folders: Readonly<Record<string, string>> }
  | { readonly place: string; readonly pairs: readonly Pair[] };

async function openLocation(location: Location): Promise<readonly Pair[]> {
  return 'pairs' in location ? location.pairs : atPlace(location.place, () => pairFolders(location.folders));
}

/** Where the pairs of a section are: folders, a list or a manifest. @param path of the section in the run file. @throws RuntimeFailure */
export async function locatePairs(run: RunFile, value: unknown, path: readonly string[], roles: readonly string[]): Promise<Location> {
  const base = dirname(run.path);
  const name = path.join('.');
  if (typeof value === 'string') {
    const place = run.placeOf(path);
    return { place, pairs: await atPlace(place, () => readManifest(resolve(base, value), roles)) };
  }
  if (Array.isArray(value)) {
    if (value.length === 0) throw inputFailure(`${run.placeOf(path)}: ${name} is an empty list.`);
    return { place: run.placeOf(path), pairs: value.map((entry: unknown, i) => toPair(run.placeOf([...path, i]), entry, roles, base)) };
  }
  const mapping = value as Record<string, unknown>;
  const folders: Record<string, string> = {};
  for (const role of roles) {
    const folder = mapping[role];
    if (typeof folder !== 'string')
      throw inputFailure(`${run.placeOf(path, 'key')}: ${name} has no folder for \`${role}:\`; it needs ${roles.join(' and ')}.`);
    folders[role] = resolve(base, folder);
  }
  const surplus = Object.keys(mapping).find((key) => !roles.includes(key) && !(name === 'data.validation' && key === 'every'));
  if (surplus !== undefined) throw inputFailure(`${run.placeOf([...path, surplus], 'key')}: ${unknownKey(surplus, name, roles)}`);
  return { place: run.placeOf(path, 'key'), folders };
}

/** Where the pairs are of which every `every`th is held out; undefined where none is. @throws RuntimeFailure */
export async function locateValidation(
  run: RunFile,
  roles: readonly string[],
): Promise<(Location & { readonly every: number }) | undefined> {
  const section = run.data.validation;
  if (section === undefined) return undefined;
  const { every = 1, pairs, ...folders } = section as { every?: number; pairs?: unknown; [role: string]: unknown };
  const location =
    pairs === undefined
      ? await locatePairs(run, section, ['data', 'validation'], roles)
      : await locatePairs(run, pairs, ['data', 'validation', 'pairs'], roles);
  if (pairs !== undefined && Object.keys(folders).length > 0) {
    throw inputFailure(`${run.placeOf(['data', 'validation'], 'key')}: data.validation has both folders and \`pairs:\`; give one of them.`);
  }
  return { ...location, every };
}

/** Where the images of an unpaired stream are: a folder, or a list of files. @throws RuntimeFailure */
export function locateUnpaired(run: RunFile, role: string): Location {
  const base = dirname(run.path);
  const value = run.data[role];
  const path = ['data', role];
  if (!Array.isArray(value)) return { place: run.placeOf(path), folders: { [role]: resolve(base, String(value)) } };
  const wrong = value.findIndex((file) => typeof file !== 'string');
  if (wrong >= 0 || value.length === 0)
    throw inputFailure(`${run.placeOf(wrong >= 0 ? [...path, wrong] : path)}: data.${role} is a folder or a list of image files.`);
  return {
    place: run.placeOf(path),
    pairs: singles(
      role,
      value.map((file) => resolve(base, String(file))),
    ),
  };
}

async function openUnpaired(run: RunFile, role: string): Promise<readonly Pair[]> {
  const location = locateUnpaired(run, role);
  if ('pairs' in location) return location.pairs;
  return singles(role, await atPlace(location.place, () => listImages(location.folders[role] as string)));
}

/** Puts the place in the run file before what went wrong with the files it names. */
export async function atPlace<T>(place: string, open: () => Promise<T>): Promise<T> {
  try {
    return await open();
  } catch (error) {
    if (error instanceof RuntimeFailure) throw inputFailure(`${place}: ${error.message}`, error);
    throw error;
  }
}
