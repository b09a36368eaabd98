import { basename } from 'node:path';
import { compareNaturally, inputFailure } from '../files/index.js';
import { listImages, stemOf } from './list-images.js';

/** Files that show the same scene, by role: `{ low: 'a/7.png', normal: 'b/7.jpg' }`. */
export interface Pair {
  /** What the files share in their names; names the pair in messages and tables. */
  readonly name: string;
  readonly files: Readonly<Record<string, string>>;
}

/**
 * Matches the images of several folders by their names without extension, in natural order of the names.
 * @param folders by role, `{ low: DIR, normal: DIR }`.
 * @throws RuntimeFailure that names the first files without a partner, or two files of one folder with the same name.
 */
export async function pairFolders(folders: Readonly<Record<string, string>>): Promise<Pair[]> {
  const roles = Object.keys(folders);
  const byRole = new Map<string, Map<string, string>>();
  for (const role of roles) byRole.set(role, byStem(await listImages(folders[role] as string)));
  const stems = [...new Set([...byRole.values()].flatMap((files) => [...files.keys()]))].sort(compareNaturally);
  const lonely = stems.filter((stem) => roles.some((role) => !byRole.get(role)?.has(stem)));
  if (lonely.length > 0) throw unequal(folders, byRole, lonely);
  return stems.map((name) => ({ name, files: Object.fromEntries(roles.map((role) => [role, byRole.get(role)?.get(name) as string])) }));
}

function byStem(files: readonly string[]): Map<string, string> {
  const result = new Map<string, string>();
  for (const file of files) {
    const other = result.get(stemOf(file));
    if (other !== undefined)
      throw inputFailure(`${file}: has the same name as ${basename(other)} next to it, so its partner is ambiguous. Rename one of them.`);
    result.set(stemOf(file), file);
  }
  return result;
}

function unequal(
  folders: Readonly<Record<string, string>>,
  byRole: ReadonlyMap<string, ReadonlyMap<string, string>>,
  lonely: readonly string[],
): Error {
  const roles = Object.keys(folders);
  const counts = roles.map((role) => `${folders[role]} has ${byRole.get(role)?.size} images`).join(', ');
  const lines = lonely.slice(0, 3).map((stem) => {
    const present = roles.find((role) => byRole.get(role)?.has(stem)) as string;
    const absent = roles.find((role) => !byRole.get(role)?.has(stem)) as string;
    return `  ${byRole.get(present)?.get(stem)} has no partner ${stem}.* in ${folders[absent]}`;
  });
  if (lonely.length > 3) lines.push(`  and ${lonely.length - 3} more`);
  return inputFailure(
    [
      `${roles.join(' and ')} do not match: ${counts}; images are matched by name without extension.`,
      ...lines,
      'Add the missing images or remove those without a partner.',
    ].join('\n'),
  );
}
