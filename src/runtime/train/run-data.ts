import { dirname, resolve } from 'node:path';
import type { IR } from '../../compiler/ir/ir.js';
import {
  everyNth,
  listImages,
  type Pair,
  pairFolders,
  readManifest,
  type SampleSource,
  stemOf,
  toPair,
  withoutHeldOut,
} from '../data/index.js';
import { inputFailure, RuntimeFailure } from '../files/index.js';
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
  const streams = ir.training?.streams ?? [];
  const pairRoles = streams.filter(({ kind }) => kind === 'pair').map(({ names }) => names);
  const unpaired = streams.filter(({ kind }) => kind === 'unpaired').flatMap(({ names }) => names);
  checkKeys(run, pairRoles.length > 0, unpaired);
  const sources: SampleSource[] = [];
  let validation: readonly Pair[] = [];
  if (pairRoles.length > 1) throw inputFailure(`${run.model}: has ${pairRoles.length} pair(...) streams; a run can feed one.`);
  const [roles] = pairRoles;
  if (roles !== undefined) {
    const pairs = await openPairs(run, run.data.pair, ['data', 'pair'], roles);
    validation = await openValidation(run, roles);
    sources.push({ roles, samples: validation.length === 0 ? pairs : await withoutHeldOut(pairs, validation) });
  }
  for (const role of unpaired) sources.push({ roles: [role], samples: await openUnpaired(run, role) });
  return { sources, validation };
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

async function openPairs(run: RunFile, value: unknown, path: readonly string[], roles: readonly string[]): Promise<Pair[]> {
  const base = dirname(run.path);
  const name = path.join('.');
  if (typeof value === 'string') return atPlace(run.placeOf(path), () => readManifest(resolve(base, value), roles));
  if (Array.isArray(value)) {
    if (value.length === 0) throw inputFailure(`${run.placeOf(path)}: ${name} is an empty list.`);
    return value.map((entry: unknown, i) => toPair(run.placeOf([...path, i]), entry, roles, base));
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
  return atPlace(run.placeOf(path, 'key'), () => pairFolders(folders));
}

async function openValidation(run: RunFile, roles: readonly string[]): Promise<Pair[]> {
  const section = run.data.validation;
  if (section === undefined) return [];
  const { every, pairs, ...folders } = section as { every?: number; pairs?: unknown; [role: string]: unknown };
  const held =
    pairs === undefined
      ? await openPairs(run, section, ['data', 'validation'], roles)
      : await openPairs(run, pairs, ['data', 'validation', 'pairs'], roles);
  if (pairs !== undefined && Object.keys(folders).length > 0) {
    throw inputFailure(`${run.placeOf(['data', 'validation'], 'key')}: data.validation has both folders and \`pairs:\`; give one of them.`);
  }
  return everyNth(held, every ?? 1);
}

async function openUnpaired(run: RunFile, role: string): Promise<Pair[]> {
  const base = dirname(run.path);
  const value = run.data[role];
  const path = ['data', role];
  if (Array.isArray(value)) {
    const wrong = value.findIndex((file) => typeof file !== 'string');
    if (wrong >= 0 || value.length === 0)
      throw inputFailure(`${run.placeOf(wrong >= 0 ? [...path, wrong] : path)}: data.${role} is a folder or a list of image files.`);
    return value.map((file) => ({ name: stemOf(String(file)), files: { [role]: resolve(base, String(file)) } }));
  }
  const files = await atPlace(run.placeOf(path), () => listImages(resolve(base, String(value))));
  return files.map((file) => ({ name: stemOf(file), files: { [role]: file } }));
}

/** Puts the place in the run file before what went wrong with the files it names. */
async function atPlace<T>(place: string, open: () => Promise<T>): Promise<T> {
  try {
    return await open();
  } catch (error) {
    if (error instanceof RuntimeFailure) throw inputFailure(`${place}: ${error.message}`, error);
    throw error;
  }
}
