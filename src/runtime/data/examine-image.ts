import { extname } from 'node:path';
import type { Metadata } from 'sharp';
import { RuntimeFailure } from '../files/index.js';
import { isBitmap } from './bmp.js';
import { conversion, type Finding, refusal } from './finding.js';
import {
  decode,
  formatOf,
  formatOfName,
  fromBitmap,
  headerFailures,
  ImageFailure,
  type ImageFormat,
  isGrey,
  readImageBytes,
  readMetadata,
  transparencyFailure,
} from './image.js';

/** What an examination says of one image file. */
export interface ExaminedImage {
  /** Size of the upright image; undefined where it could not be found out. */
  readonly size?: { readonly width: number; readonly height: number };
  /** Whether all of its pixels could be decoded. */
  readonly isDecoded: boolean;
  readonly findings: readonly Finding[];
}

/**
 * Examines an image file as a training would read it, decoding all of it, and finds everything that is wrong with it, not the first thing only, and
 * everything that is taken otherwise than it is stored. Nothing is thrown for a bad file.
 */
export async function examineImage(path: string): Promise<ExaminedImage> {
  try {
    const bytes = await readImageBytes(path);
    return isBitmap(bytes) ? examineBitmap(path, bytes) : await examineEncoded(path, bytes);
  } catch (error) {
    return { isDecoded: false, findings: [findingOf(path, error)] };
  }
}

function examineBitmap(path: string, bytes: Buffer): ExaminedImage {
  const { width, height, alpha } = fromBitmap(path, bytes);
  const findings = alpha === undefined ? [] : [findingOf(path, transparencyFailure(path))];
  return { size: { width, height }, isDecoded: true, findings: [...findings, ...nameFindings(path, 'bmp')] };
}

async function examineEncoded(path: string, bytes: Buffer): Promise<ExaminedImage> {
  const metadata = await readMetadata(path, bytes);
  const findings = headerFailures(path, metadata).map((failure) => findingOf(path, failure));
  const format = formatOf(metadata);
  const { width, height } = metadata.autoOrient;
  if (format === undefined) return { size: { width, height }, isDecoded: false, findings };
  const { isDecoded, findings: ofPixels } = await examinePixels(path, bytes, format, metadata);
  findings.push(...ofPixels, ...nameFindings(path, format));
  const { orientation = 1 } = metadata;
  if (orientation > 1)
    findings.push(
      conversion(
        path,
        'orientation',
        `is stored turned or mirrored (EXIF orientation ${orientation})`,
        'turns it upright',
        'Nothing has to be done; compare it with its partner if that has no such entry.',
      ),
    );
  if (isGrey(metadata))
    findings.push(
      conversion(path, 'grey', 'holds one grey channel', 'repeats it three times', 'Remove it if the model is to learn colours only.'),
    );
  return { size: { width, height }, isDecoded, findings };
}

/** Decodes everything, first so that a complaint of the decoder counts, then as a training does. */
async function examinePixels(
  path: string,
  bytes: Buffer,
  format: ImageFormat,
  metadata: Metadata,
): Promise<Pick<ExaminedImage, 'isDecoded' | 'findings'>> {
  const findings: Finding[] = [];
  let picture: { readonly alpha?: Uint8Array } | undefined;
  try {
    picture = await decode(path, bytes, format, 'warning');
  } catch (complaint) {
    try {
      picture = await decode(path, bytes, format);
      const reason = complaint instanceof Error ? (/\((.*)\)/.exec(complaint.message)?.[1] ?? complaint.message) : String(complaint);
      const remedy = 'Look at the picture; if it is whole, save it anew.';
      findings.push(conversion(path, 'decoder-warning', `is decoded with a complaint (${reason})`, 'takes what was decoded', remedy));
    } catch (error) {
      return { isDecoded: false, findings: [findingOf(path, error)] };
    }
  }
  if (picture.alpha !== undefined) findings.push(findingOf(path, transparencyFailure(path)));
  else if (metadata.hasAlpha)
    findings.push(
      conversion(path, 'opaque-alpha', 'has an alpha channel, opaque everywhere', 'leaves the channel out', 'Nothing has to be done.'),
    );
  return { isDecoded: true, findings };
}

function nameFindings(path: string, format: ImageFormat): Finding[] {
  const promised = formatOfName(path);
  if (promised === undefined || promised === format) return [];
  const problem = `is a ${format.toUpperCase()} image named ${extname(path)}`;
  return [conversion(path, 'other-name', problem, 'reads it by its content', 'Rename it for programs that go by names.')];
}

function findingOf(path: string, error: unknown): Finding {
  if (error instanceof ImageFailure) return refusal(path, error.fault, error.problem, error.remedy);
  if (!(error instanceof RuntimeFailure)) throw error;
  const said = error.message.startsWith(`${path}: `) ? error.message.slice(path.length + 2) : error.message;
  const [problem = said, ...remedy] = said.split(/\.(?:\s+|$)/).filter((sentence) => sentence !== '');
  return refusal(path, 'unreadable', problem, remedy.length === 0 ? undefined : `${remedy.join('. ')}.`);
}
