import { resolve } from 'node:path';
import { compareNaturally } from '../files/index.js';
import { type Demand, type SizedFile, sizeFault } from './demand.js';
import { type ExaminedImage, examineImage } from './examine-image.js';
import { conversion, type Finding, type FindingKind, refusal } from './finding.js';
import { listImages, listPassedOver } from './list-images.js';
import { duplicateProblem, lonelyProblem, matchFolders, type Pair, singles } from './pairs.js';

/** Pictures that are used together, and what is known of them before any is opened. */
export interface PictureSet {
  readonly roles: readonly string[];
  readonly samples: readonly Pair[];
  /** Files that belong to no sample. */
  readonly strays: readonly string[];
  /** What is wrong with them, and what is passed over. */
  readonly findings: readonly Finding[];
  readonly demand: Demand;
}

/** What an examination found. */
export interface Examination {
  /** Files that were looked at. */
  readonly files: number;
  /** Those of them all of whose pixels could be decoded. */
  readonly decoded: number;
  /** By path, errors of a file first. */
  readonly findings: readonly Finding[];
}

/**
 * The pictures of one folder for each role, matched by their names.
 * @throws RuntimeFailure for a folder that cannot be read or holds no image.
 */
export async function setOfFolders(folders: Readonly<Record<string, string>>, demand: Demand): Promise<PictureSet> {
  const { pairs, lonely, duplicates } = await matchFolders(folders);
  const findings = [
    ...lonely.map((file) => refusal(file.file, 'missing-partner', lonelyProblem(file), 'Add the missing image, or remove this one.')),
    ...duplicates.map((file) => refusal(file.file, 'duplicate-name', duplicateProblem(file), 'Rename one of them, or remove it.')),
  ];
  for (const folder of new Set(Object.values(folders))) findings.push(...(await passedOver(folder)));
  const strays = [...lonely, ...duplicates].map(({ file }) => file);
  return { roles: Object.keys(folders), samples: pairs, strays, findings, demand };
}

/**
 * The pictures of a folder that have no partners.
 * @throws RuntimeFailure for a folder that cannot be read or holds no image.
 */
export async function setOfFolder(role: string, folder: string, demand: Demand): Promise<PictureSet> {
  return { roles: [role], samples: singles(role, await listImages(folder)), strays: [], findings: await passedOver(folder), demand };
}

async function passedOver(folder: string): Promise<Finding[]> {
  const problem = 'is not named as an image that is read (.png, .jpg, .jpeg, .webp, .bmp)';
  return (await listPassedOver(folder)).map((path) =>
    conversion(path, 'passed-over', problem, 'passes it over', 'Convert it to PNG if it is to be used.'),
  );
}

const concurrency = 4;
/** Kinds whose reason is what the decoder says. */
const ofDecoder: ReadonlySet<FindingKind> = new Set(['damaged', 'decoder-warning', 'not-an-image']);

/**
 * Opens and decodes every file of the sets, each once, and compares the files of each sample. No file is written to, and none stops the examination.
 * What is found, and in which order, depends on the files alone.
 * @param progress called after each file with how many of `total` are done.
 */
export async function examinePictures(
  sets: readonly PictureSet[],
  progress: (done: number, total: number) => void = () => undefined,
): Promise<Examination> {
  const paths = [...new Set(sets.flatMap(({ samples, strays }) => [...samples.flatMap(({ files }) => Object.values(files)), ...strays]))];
  const images = new Map<string, ExaminedImage>();
  const waiting = paths.values();
  const work = async (): Promise<void> => {
    for (const path of waiting) {
      images.set(path, await examineImage(path));
      progress(images.size, paths.length);
    }
  };
  await Promise.all(Array.from({ length: concurrency }, work));
  // libvips keeps the reasons of all threads in one place, where they get mixed up: those of bad files are asked for again, one file at a time.
  for (const path of paths)
    if (images.get(path)?.findings.some(({ kind }) => ofDecoder.has(kind))) images.set(path, await examineImage(path));
  const found = [
    ...[...images.values()].flatMap(({ findings }) => findings),
    ...sets.flatMap((set) => [...set.findings, ...sizeFindings(set, images)]),
  ];
  const decoded = [...images.values()].filter(({ isDecoded }) => isDecoded).length;
  return { files: paths.length, decoded, findings: sorted(found) };
}

/** Compares the sizes of those samples whose files could all be read. */
function sizeFindings({ samples, roles, demand }: PictureSet, images: ReadonlyMap<string, ExaminedImage>): Finding[] {
  return samples.flatMap(({ files }) => {
    const sized = roles.map((role): SizedFile | undefined => {
      const path = files[role] as string;
      const size = images.get(path)?.size;
      return size === undefined ? undefined : { path, ...size };
    });
    const known = sized.filter((file) => file !== undefined);
    const fault = known.length < sized.length ? undefined : sizeFault(known, demand);
    return fault === undefined ? [] : [refusal(fault.path, fault.fault, fault.problem, fault.remedy)];
  });
}

/** One of each, by path, then errors before warnings, then by what they say. */
function sorted(findings: readonly Finding[]): Finding[] {
  const unique = new Map(findings.map((finding) => [`${resolve(finding.path)}\n${finding.kind}\n${finding.problem}`, finding]));
  return [...unique.values()].sort(
    (a, b) =>
      compareNaturally(a.path, b.path) ||
      compareNaturally(a.severity, b.severity) ||
      compareNaturally(`${a.kind} ${a.problem}`, `${b.kind} ${b.problem}`),
  );
}
