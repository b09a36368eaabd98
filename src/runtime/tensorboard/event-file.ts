import { type FileHandle, open, readdir, truncate } from 'node:fs/promises';
import { join } from 'node:path';
import { systemFailure } from '../files/index.js';
import { maskedCRC32C } from './crc32c.js';
import { type EventContent, encodeEvent, stepOfEvent } from './messages.js';

/** TensorBoard reads the files of a folder that have "tfevents" in their names, in the order of their names. */
const namePattern = /^events\.out\.tfevents\.(\d{6})\.mfnc$/;
const nameOf = (number: number): string => `events.out.tfevents.${String(number).padStart(6, '0')}.mfnc`;

/** Bytes of a record in front of its data: length and checksum of the length. */
const headerLength = 12;
const checksumLength = 4;
/** Wall time and step stand within this many bytes of an event. */
const eventHeadLength = 24;

/** A record of a TFRecord file: length, its masked CRC-32C, data, its masked CRC-32C. */
export function encodeRecord(data: Uint8Array): Uint8Array {
  const record = Buffer.alloc(headerLength + data.length + checksumLength);
  record.writeBigUInt64LE(BigInt(data.length));
  record.writeUInt32LE(maskedCRC32C(record.subarray(0, 8)), 8);
  record.set(data, headerLength);
  record.writeUInt32LE(maskedCRC32C(data), headerLength + data.length);
  return record;
}

/**
 * The event files of a run in its folder. A run that is resumed begins a new file with a START event: a TensorBoard that shows the run lets go of the steps after
 * it. The older files are cut back besides, so that no reader of files finds a step twice.
 */
export class EventFiles {
  private handle: FileHandle | undefined;

  private constructor(
    private readonly folder: string,
    /** Of the file that is written. */
    private readonly number: number,
    /** The last step of the run that is kept. */
    private readonly lastStep: number,
    private readonly now: () => number,
  ) {}

  /**
   * Cuts back what an interrupted run left.
   * @param lastStep the last step that is part of the run, 0 at its start. @param now milliseconds since 1970, for the wall times.
   * @throws RuntimeFailure
   */
  static async open(folder: string, lastStep: number, now: () => number): Promise<EventFiles> {
    try {
      const names = (await readdir(folder)).filter((name) => namePattern.test(name)).sort();
      for (const name of names) await cutBack(join(folder, name), lastStep);
      return new EventFiles(folder, Number(namePattern.exec(names.at(-1) ?? '')?.[1] ?? 0) + 1, lastStep, now);
    } catch (error) {
      throw systemFailure(error, 'write', folder);
    }
  }

  private get path(): string {
    return join(this.folder, nameOf(this.number));
  }

  /** Appends an event; the first one makes the file. @param step over the whole run. @throws RuntimeFailure, for example when the disk is full. */
  async append(step: number, content: EventContent): Promise<void> {
    await this.attempt(async () => {
      if (this.handle === undefined) {
        this.handle = await open(this.path, 'w');
        await this.write(0, { kind: 'version' });
        if (this.number > 1) await this.write(this.lastStep + 1, { kind: 'start' });
      }
      await this.write(step, content);
    });
  }

  /** Makes sure that all events are on the disk. @throws RuntimeFailure */
  async flush(): Promise<void> {
    await this.attempt(async () => this.handle?.sync());
  }

  async close(): Promise<void> {
    await this.attempt(async () => this.handle?.close());
  }

  private async write(step: number, content: EventContent): Promise<void> {
    await this.handle?.appendFile(encodeRecord(encodeEvent(this.now() / 1000, step, content)));
  }

  private async attempt(write: () => Promise<void>): Promise<void> {
    try {
      await write();
    } catch (error) {
      throw systemFailure(error, 'write', this.path);
    }
  }
}

/** Cuts a file off before its first event after `lastStep` or its first record that is torn. START events, which stand for what follows them, count as events. */
async function cutBack(path: string, lastStep: number): Promise<void> {
  const handle = await open(path, 'r');
  let kept = 0;
  let size: number;
  try {
    size = (await handle.stat()).size;
    const head = Buffer.alloc(headerLength + eventHeadLength);
    while (kept < size) {
      const { bytesRead } = await handle.read(head, 0, head.length, kept);
      if (bytesRead < headerLength || head.readUInt32LE(8) !== maskedCRC32C(head.subarray(0, 8))) break;
      const length = Number(head.readBigUInt64LE());
      const end = kept + headerLength + length + checksumLength;
      if (end > size || stepOfEvent(head.subarray(headerLength, headerLength + Math.min(length, eventHeadLength))) > lastStep) break;
      kept = end;
    }
  } finally {
    await handle.close();
  }
  if (kept < size) await truncate(path, kept);
}
