import type { SizeFault } from './demand.js';
import type { ImageFault } from './image.js';

/** What an examination of pictures can find. */
export type FindingKind =
  | ImageFault
  | SizeFault['fault']
  | 'unreadable'
  | 'missing-partner'
  | 'duplicate-name'
  | 'orientation'
  | 'opaque-alpha'
  | 'grey'
  | 'other-name'
  | 'decoder-warning'
  | 'passed-over';

/** Something about one file that matters to a training. */
export interface Finding {
  readonly path: string;
  /** error: `mfnc train` refuses the file. warning: it takes the file otherwise than it is stored, or passes it over. */
  readonly severity: 'error' | 'warning';
  readonly kind: FindingKind;
  /** The rest of a sentence that begins with the path. */
  readonly problem: string;
  /** What `mfnc train` does: 'refuses it', 'turns it upright'. */
  readonly training: string;
  /** What to do about it, in whole sentences. */
  readonly remedy: string;
}

/** What to do about faults that say nothing themselves. */
const remedies: Partial<Record<FindingKind, string>> = {
  empty: 'Get the file again from where it came, or remove it and its partner.',
  'not-an-image': 'Get the file again from where it came, or remove it and its partner.',
  damaged: 'Get the file again from where it came, or remove it and its partner.',
  'other-size': 'Bring both to one size by cutting, without resampling one of them, or remove both.',
  unreadable: 'See to it that the file is there and may be read.',
};

/** A finding for which a training refuses the file. */
export function refusal(path: string, kind: FindingKind, problem: string, remedy = remedies[kind] ?? 'Replace or remove it.'): Finding {
  return { path, severity: 'error', kind, problem, training: 'refuses it', remedy };
}

/** A finding about a file that a training takes, in its way. */
export function conversion(path: string, kind: FindingKind, problem: string, training: string, remedy: string): Finding {
  return { path, severity: 'warning', kind, problem, training, remedy };
}
