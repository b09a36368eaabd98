import { basename } from 'node:path';
import { compareNaturally, inputFailure } from '../files/index.js';
import { listImages, stemOf } from './list-images.js';

/** Files that show the same scene, by role: `{ low: 'a/7.png', normal: 'b/7.jpg' }`. */
export interface Pair {
  /** What the files share in their names; names the pair in messages and tables. */
  readonly name: string;
  readonly files: Readonly<Record<string, string>>;
}

/** Which picture of a sample a network is shown, and what it is to make of it. */
export interface SampleRoles {
  readonly input: string;
  /** Absent where no picture says so. */
  readonly truth?: string;
  /** By which factor the input is reduced before the network sees it: that by which the network enlarges, as the pictures of a sample are all of one size. */
  readonly reduction: number;
}

/** Images of one role that have no partners, each as a sample of its own. */
export function singles(role: string, files: readonly string[]): Pair[] {
  return files.map((file) => ({ name: stemOf(file), files: { [role]: file } }));
}

/** A file of one folder without one of its name in another. */
export interface LonelyFile {
  readonly file: string;
  readonly role: string;
  readonly name: string;
  /** Folder, of another role, that has no such name. */
  readonly absentFrom: string;
}

/** A file whose name without extension another file of its folder has, too. */
export interface DuplicateFile {
  readonly file: string;
  readonly role: string;
  readonly other: string;
}

/** How the files of several folders go together. */
export interface Matching {
  /** In natural order of the names. */
  readonly pairs: readonly Pair[];
  readonly lonely: readonly LonelyFile[];
  readonly duplicates: readonly DuplicateFile[];
  /** Images in the folder of each role. */
  readonly counts: Readonly<Record<string, number>>;
}

/**
 * Matches the images of several folders by their names without extension, and says which match nothing.
 * @param folders by role, `{ low: DIR, normal: DIR }`. @throws RuntimeFailure for a folder that cannot be read or holds no image.
 */
export async function matchFolders(folders: Readonly<Record<string, string>>): Promise<Matching> {
  const roles = Object.keys(folders);
  const byRole = new Map<string, Map<string, string>>();
  const duplicates: DuplicateFile[] = [];
  for (const role of roles) {
    const files = new Map<string, string>();
    for (const file of await listImages(folders[role] as string)) {
      const other = files.get(stemOf(file));
      if (other === undefined) files.set(stemOf(file), file);
      else duplicates.push({ file, role, other });
    }
    byRole.set(role, files);
  }
  const names = [...new Set([...byRole.values()].flatMap((files) => [...files.keys()]))].sort(compareNaturally);
  const pairs: Pair[] = [];
  const lonely: LonelyFile[] = [];
  for (const name of names) {
    const absent = roles.find((role) => !byRole.get(role)?.has(name));
    const files = Object.fromEntries(roles.map((role) => [role, byRole.get(role)?.get(name)] as const).filter(([, file]) => file));
    if (absent === undefined) pairs.push({ name, files: files as Record<string, string> });
    else
      for (const [role, file] of Object.entries(files))
        lonely.push({ file: file as string, role, name, absentFrom: folders[absent] as string });
  }
  return { pairs, lonely, duplicates, counts: Object.fromEntries([...byRole].map(([role, { size }]) => [role, size])) };
}

/**
 * Matches the images of several folders by their names without extension, in natural order of the names.
 * @param folders by role, `{ low: DIR, normal: DIR }`.
 * @throws RuntimeFailure that names the first files without a partner, or two files of one folder with the same name.
 */
export async function pairFolders(folders: Readonly<Record<string, string>>): Promise<readonly Pair[]> {
  const matching = await matchFolders(folders);
  const [duplicate] = matching.duplicates;
  if (duplicate !== undefined) throw inputFailure(`${duplicate.file}: ${duplicateProblem(duplicate)}. Rename one of them.`);
  if (matching.lonely.length > 0) throw unequal(folders, matching);
  return matching.pairs;
}

/** What is wrong with a file of the same name as another, as the rest of a sentence that begins with its path. */
export function duplicateProblem({ other }: DuplicateFile): string {
  return `has the same name as ${basename(other)} next to it, so its partner is ambiguous`;
}

/** What is wrong with a file without a partner, as the rest of a sentence that begins with its path. */
export function lonelyProblem({ name, absentFrom }: LonelyFile): string {
  return `has no partner ${name}.* in ${absentFrom}`;
}

function unequal(folders: Readonly<Record<string, string>>, { lonely, counts }: Matching): Error {
  const roles = Object.keys(folders);
  const shown = lonely.filter(({ name }, i) => lonely.findIndex((other) => other.name === name) === i);
  const lines = shown.slice(0, 3).map((file) => `  ${file.file} ${lonelyProblem(file)}`);
  if (shown.length > 3) lines.push(`  and ${shown.length - 3} more`);
  return inputFailure(
    [
      `${roles.join(' and ')} do not match: ${roles.map((role) => `${folders[role]} has ${counts[role]} images`).join(', ')}; images are matched by name without extension.`,
      ...lines,
      'Add the missing images or remove those without a partner.',
    ].join('\n'),
  );
}
