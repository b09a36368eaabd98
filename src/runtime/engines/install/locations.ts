import { homedir } from 'node:os';
import { isAbsolute, join } from 'node:path';
import { folderName, type Recipe } from './recipe.js';

/**
 * Where engines live: outside every project, so that `npm ci` leaves them alone and all projects of the user find them.
 * XDG_DATA_HOME counts only when it is absolute (XDG Base Directory Specification).
 */
export function enginesFolder(environment: NodeJS.ProcessEnv = process.env): string {
  const dataHome = environment.XDG_DATA_HOME;
  const base = dataHome !== undefined && isAbsolute(dataHome) ? dataHome : join(environment.HOME ?? homedir(), '.local', 'share');
  return join(base, 'mfnc', 'engines');
}

/** The folder of one installed engine, and the names beside it that an installation uses. */
export interface EngineLocations {
  /** The installed engine. */
  readonly folder: string;
  /** Being built; renamed to `folder` as the last act. */
  readonly partial: string;
  /** Exists while an installation or removal is at work. */
  readonly lock: string;
  /** Verified downloads, kept until an installation succeeds so that a repeated one need not fetch them again. */
  readonly downloads: string;
}

export function engineLocations(recipe: Recipe, environment: NodeJS.ProcessEnv = process.env): EngineLocations {
  const folder = join(enginesFolder(environment), folderName(recipe));
  return { folder, partial: `${folder}.partial`, lock: `${folder}.lock`, downloads: `${folder}.downloads` };
}
