import { dirname, resolve } from 'node:path';
import type { IR } from '../../../compiler/ir/ir.js';
import {
  everyNth,
  listImages,
  type Pair,
  pairFolders,
  readManifest,
  type SampleRoles,
  type SampleSource,
  singles,
  toPair,
  withoutHeldOut,
} from '../../data/index.js';
import { enlargement } from '../../enhance/index.js';
import { inputFailure, RuntimeFailure } from '../../files/index.js';
import { type RunFile, unknownKey } from './run-file.js';

/** Files of a run, by the streams of the model. */
export interface RunData {
  /** In the order of the model's streams: the first one counts the epochs. */
  readonly sources: readonly SampleSource[];
  /** Samples of the first source that are held out; empty where the run file names none. */
  readonly validation: readonly Pair[];
  /** What of the first source is shown, and measured. */
  readonly roles: SampleRoles;
}

/**
 * Finds the files that a run file names for the streams of the model; what is held out is taken out of what is trained on.
 * @throws RuntimeFailure with the place in the run file.
 */
export async function openData(run: RunFile, ir: IR): Promise<RunData> {
  const { roles, unpaired, first: key, heldOutRoles } = streamsOf(run, ir);
  const sources: SampleSource[] = [];
  if (roles !== undefined)
    sources.push({ roles, samples: await openLocation(await locatePairs(run, run.data.pair, ['data', 'pair'], roles)) });
  for (const role of unpaired) sources.push({ roles: [role], samples: await openLocation(locateUnpaired(run, role)) });
  const heldOut = heldOutRoles && (await locateValidation(run, heldOutRoles));
  const [first, ...others] = sources;
  const shown = sampleRoles(run, ir, first?.roles ?? []);
  if (heldOut === undefined || first === undefined) return { sources, validation: [], roles: shown };
  const validation = everyNth(await openLocation(heldOut), heldOut.every);
  const samples = await withoutHeldOut(first.samples, validation, `data.${key}`);
  return { sources: [{ ...first, samples }, ...others], validation, roles: shown };
}

/** What a run feeds and holds out. */
interface Streams {
  /** Of the pairs, where the model has such. */
  readonly roles: readonly string[] | undefined;
  readonly unpaired: readonly string[];
  /** Key of the first one in the data of the run file. */
  readonly first: string;
  /** Of the samples that can be held out: the pairs. A network that enlarges is measured on single pictures too, which are input, reduced, and truth at once. */
  readonly heldOutRoles: readonly string[] | undefined;
}

/** The streams of the model that a run feeds. @throws RuntimeFailure */
export function streamsOf(run: RunFile, ir: IR): Streams {
  const streams = ir.training?.streams ?? [];
  const pairRoles = streams.filter(({ kind }) => kind === 'pair').map(({ names }) => names);
  const unpaired = streams.filter(({ kind }) => kind === 'unpaired').flatMap(({ names }) => names);
  const [roles] = pairRoles;
  const heldOutRoles = roles ?? (unpaired.length > 0 && enlargement(ir) > 1 ? unpaired.slice(0, 1) : undefined);
  checkKeys(run, roles !== undefined, heldOutRoles !== undefined, unpaired);
  if (pairRoles.length > 1) throw inputFailure(`${run.model}: has ${pairRoles.length} pair(...) streams; a run can feed one.`);
  return { roles, unpaired, first: roles === undefined ? (unpaired[0] ?? '') : 'pair', heldOutRoles };
}

/** What a network is shown of samples with these roles. @throws RuntimeFailure for a patch of which nothing is left once it is reduced. */
function sampleRoles(run: RunFile, ir: IR, roles: readonly string[]): SampleRoles {
  const reduction = enlargement(ir);
  const [height, width] = ir.training?.patch ?? [reduction, reduction];
  if (Math.min(height, width) < reduction)
    throw inputFailure(
      `${run.model}: ${ir.model.name} enlarges ${reduction} times, so nothing is left of a patch of ${height}x${width} that is reduced for it. Set a larger training.patch.`,
    );
  const modelInput = ir.definitions.find(({ id }) => id === ir.model.definition)?.inputs[0]?.name ?? '';
  const input = roles.includes(modelInput) ? modelInput : (roles[0] ?? '');
  const truth = roles.find((role) => role !== input) ?? (reduction > 1 ? input : undefined);
  return { input, ...(truth !== undefined && { truth }), reduction };
}

function checkKeys(run: RunFile, hasPair: boolean, canHoldOut: boolean, unpaired: readonly string[]): void {
  const needed = [...(hasPair ? ['pair'] : []), ...unpaired];
  const known = [...needed, ...(canHoldOut ? ['validation'] : [])];
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
  if ('pairs' in location) return location.pairs;
  const [role, ...others] = Object.keys(location.folders) as [string, ...string[]];
  return atPlace(location.place, async () =>
    others.length === 0 ? singles(role, await listImages(location.folders[role] as string)) : pairFolders(location.folders),
  );
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

/** Puts the place in the run file before what went wrong with the files it names. */
export async function atPlace<T>(place: string, open: () => Promise<T>): Promise<T> {
  try {
    return await open();
  } catch (error) {
    if (error instanceof RuntimeFailure) throw inputFailure(`${place}: ${error.message}`, error);
    throw error;
  }
}
