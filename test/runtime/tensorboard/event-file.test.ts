import { copyFileSync, readdirSync, readFileSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { crc32c } from '../../../src/runtime/tensorboard/crc32c.js';
import { EventFiles, encodeRecord } from '../../../src/runtime/tensorboard/event-file.js';
import { encodeEvent, stepOfEvent } from '../../../src/runtime/tensorboard/messages.js';
import { temporaryFolder } from '../../support/temporary-folder.js';

/** Written by TensorBoard 2.21 itself: `python test/python/tensorboard_events.py write FILE`. */
const expected = readFileSync(fileURLToPath(new URL('written-by-tensorboard.tfevents', import.meta.url)));

const first = 'events.out.tfevents.000001.mfnc';
const second = 'events.out.tfevents.000002.mfnc';
const value = (scalar: number) => ({ kind: 'values', values: [{ tag: 't', scalar }] }) as const;

/** Steps of the events in a file. */
function stepsIn(path: string): number[] {
  const bytes = readFileSync(path);
  const steps: number[] = [];
  for (let at = 0; at < bytes.length; ) {
    const length = Number(bytes.readBigUInt64LE(at));
    steps.push(stepOfEvent(bytes.subarray(at + 12, at + 12 + length)));
    at += length + 16;
  }
  return steps;
}

async function write(folder: string, lastStep: number, steps: readonly number[]): Promise<void> {
  const files = await EventFiles.open(folder, lastStep, () => 0);
  for (const step of steps) await files.append(step, value(step));
  await files.close();
}

describe('event files', () => {
  it('check their records by CRC-32C as RFC 3720 has it', () => {
    expect(crc32c(new Uint8Array(32))).toBe(0x8a9136aa);
    expect(crc32c(new Uint8Array(32).fill(0xff))).toBe(0x62a8ab43);
    expect(crc32c(Uint8Array.from({ length: 32 }, (_, i) => i))).toBe(0x46dd794e);
    expect(crc32c(new TextEncoder().encode('123456789'))).toBe(0xe3069283);
  });

  it('have the bytes that TensorBoard writes', () => {
    const scalars = [
      { tag: 'stage/L_reg', scalar: 0.1 },
      { tag: 'train/rate', scalar: 0 },
    ];
    const png = Uint8Array.from({ length: 256 }, (_, i) => i);
    const events = [
      encodeEvent(1.5, 0, { kind: 'version' }),
      encodeEvent(2.25, 3, { kind: 'start' }),
      encodeEvent(3, 300, { kind: 'values', values: scalars }),
      encodeEvent(4, 2 ** 40, { kind: 'values', values: [{ tag: 'ä/output', png, width: 300, height: 2 }] }),
      encodeEvent(5, 0, { kind: 'values', values: [{ tag: 'config', text: 'seed: 1 – ü' }] }),
    ];
    expect(Buffer.concat(events.map(encodeRecord)).toString('hex')).toBe(expected.toString('hex'));
    expect(events.map((event) => stepOfEvent(event.subarray(0, 24)))).toEqual([0, 3, 300, 2 ** 40, 0]);
  });

  it('are cut back to the checkpoint and go on in a new file that starts after it', async () => {
    const folder = temporaryFolder();
    await write(folder, 0, [1, 2, 3, 4]);
    await write(folder, 2, [3, 4]);
    expect(stepsIn(join(folder, first))).toEqual([0, 1, 2]);
    // The version, the START event, the values.
    expect(stepsIn(join(folder, second))).toEqual([0, 3, 3, 4]);
    await write(folder, 1, [2]);
    expect([first, second].map((name) => stepsIn(join(folder, name)))).toEqual([[0, 1], [0]]);
  });

  it('are cut off where an interruption or a flipped bit broke a record', async () => {
    const folder = temporaryFolder();
    await write(folder, 0, [1, 2, 3]);
    const path = join(folder, first);
    truncateSync(path, readFileSync(path).length - 3);
    await EventFiles.open(folder, 10, () => 0);
    expect(stepsIn(path)).toEqual([0, 1, 2]);
    const bytes = readFileSync(path);
    // A bit in the length of the second record.
    const at = Number(bytes.readBigUInt64LE()) + 16;
    bytes[at + 1] = 1;
    writeFileSync(path, bytes);
    await EventFiles.open(folder, 10, () => 0);
    expect(stepsIn(path)).toEqual([0]);
  });

  it('leave files of others alone, and are not made before there is an event', async () => {
    const folder = temporaryFolder();
    const other = join(folder, 'events.out.tfevents.1700000000.host.1.0');
    copyFileSync(fileURLToPath(new URL('written-by-tensorboard.tfevents', import.meta.url)), other);
    await (await EventFiles.open(folder, 0, () => 0)).close();
    expect(readdirSync(folder)).toHaveLength(1);
    expect(readFileSync(other).equals(expected)).toBe(true);
  });
});
