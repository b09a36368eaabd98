import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compareNaturally, makeFolder, readText, systemFailure, withLock, writeFileAtomically } from '../../../src/runtime/files/index.js';
import { readInPieces } from '../../../src/runtime/files/read.js';
import { startProgram } from '../../support/process.js';
import { temporaryFolder } from '../../support/temporary-folder.js';

describe('atomic writes', () => {
  it('write text, bytes and pieces, and leave no temporary behind', async () => {
    const folder = temporaryFolder();
    await writeFileAtomically(join(folder, 'a'), 'text');
    await writeFileAtomically(join(folder, 'b'), Uint8Array.of(1, 2));
    await writeFileAtomically(join(folder, 'c'), [Uint8Array.of(1), Uint8Array.of(2, 3)]);
    expect(readdirSync(folder)).toEqual(['a', 'b', 'c']);
    expect(readFileSync(join(folder, 'a'), 'utf8')).toBe('text');
    expect([...readFileSync(join(folder, 'c'))]).toEqual([1, 2, 3]);
  });

  it('that fail half-way keep the older file and remove the temporary', async () => {
    const folder = temporaryFolder();
    const path = join(folder, 'a');
    await writeFileAtomically(path, 'old');
    const pieces = [Uint8Array.of(1), { length: 1 } as unknown as Uint8Array];
    await expect(writeFileAtomically(path, pieces)).rejects.toMatchObject({ name: 'RuntimeFailure' });
    expect(readdirSync(folder)).toEqual(['a']);
    expect(readFileSync(path, 'utf8')).toBe('old');
  });

  it('say in a sentence why a place cannot be written', async () => {
    const folder = temporaryFolder();
    writeFileSync(join(folder, 'file'), '');
    await expect(writeFileAtomically(join(folder, 'no', 'a'), 'x')).rejects.toThrow(/no\/a: its folder does not exist\./);
    await expect(writeFileAtomically(join(folder, 'file', 'a'), 'x')).rejects.toThrow(/a file stands where a folder is wanted/);
    await expect(makeFolder(join(folder, 'file', 'a'))).rejects.toThrow(/a file stands where a folder is wanted/);
    await expect(makeFolder(join(folder, 'file'))).rejects.toThrow(/a file stands where a folder is wanted/);
    mkdirSync(join(folder, 'b'));
    await expect(writeFileAtomically(join(folder, 'b'), 'x')).rejects.toThrow(/b: is a folder/);
  });

  it.skipIf(process.platform !== 'linux')('a folder where the system makes none is refused, not waited for', async () => {
    await expect(makeFolder('/proc/nowhere/deeper')).rejects.toMatchObject({ name: 'RuntimeFailure' });
  });

  it.skipIf(process.getuid?.() === 0)('permission denied (skipped for root, who may write everywhere)', async () => {
    const folder = temporaryFolder();
    chmodSync(folder, 0o500);
    await expect(writeFileAtomically(join(folder, 'a'), 'x')).rejects.toThrow(/permission denied to write/);
  });
});

describe('failures of the operating system', () => {
  const failing = (code: string) => Object.assign(new Error(code), { code });

  it.each([
    ['ENOSPC', 'write', 'operation', /^a: no room left on the disk\./],
    ['EDQUOT', 'write', 'operation', /^a: no room left on the disk\./],
    ['EACCES', 'read', 'input', /^a: permission denied to read it\./],
    ['EROFS', 'write', 'input', /^a: the file system is read-only\./],
    ['ENOENT', 'read', 'input', /^a: there is no such file or folder\./],
    ['EIO', 'read', 'operation', /^a: the disk reported an error while it was read\./],
    ['EMFILE', 'write', 'operation', /^a: too many files are open\./],
    ['EWEIRD', 'write', 'operation', /^a: could not write it: EWEIRD\./],
  ] as const)('%s on %s', (code, action, kind, message) => {
    expect(systemFailure(failing(code), action, 'a')).toMatchObject({ kind, message: expect.stringMatching(message) });
  });
});

describe('texts', () => {
  it('that are none, or too large, are refused', async () => {
    const path = join(temporaryFolder(), 'a');
    writeFileSync(path, Buffer.from([0xff, 0xfe, 1]));
    await expect(readText(path, 100)).rejects.toThrow(/is not a text file/);
    writeFileSync(path, 'a\0b');
    await expect(readText(path, 100)).rejects.toThrow(/is not a text file/);
    writeFileSync(path, 'x'.repeat(200));
    await expect(readText(path, 100)).rejects.toThrow(/at most .* are accepted/);
  });
});

describe('natural order', () => {
  it('puts numbers by value', () => {
    expect(['10.png', '9.png', 'a2b10', 'a2b9', '2.png', '002.png'].sort(compareNaturally)).toEqual([
      '002.png',
      '2.png',
      '9.png',
      '10.png',
      'a2b9',
      'a2b10',
    ]);
  });

  it('is a total order', () => {
    const name = fc.stringMatching(/^[a-c0-2.]{0,6}$/);
    fc.assert(
      fc.property(name, name, name, (a, b, c) => {
        expect(Math.sign(compareNaturally(a, b))).toBe(-Math.sign(compareNaturally(b, a)) + 0);
        expect(compareNaturally(a, b) === 0).toBe(a === b);
        if (compareNaturally(a, b) <= 0 && compareNaturally(b, c) <= 0) expect(compareNaturally(a, c)).toBeLessThanOrEqual(0);
      }),
    );
  });
});

describe('a file that is larger than is read at once', () => {
  it('is read in pieces, and as far as it goes where it has become shorter', async () => {
    const path = join(temporaryFolder(), 'a');
    const content = Buffer.from(Array.from({ length: 100 }, (_, i) => i));
    writeFileSync(path, content);
    const handle = await open(path);
    for (const piece of [1, 7, 50, 100, 1000]) expect((await readInPieces(handle, 100, piece)).equals(content)).toBe(true);
    expect((await readInPieces(handle, 105, 30)).equals(content)).toBe(true);
    await handle.close();
  });
});

describe('a lock', () => {
  it('is held by one process, freed at the end, and taken over from a process that is gone', async () => {
    const path = join(temporaryFolder(), '.lock');
    writeFileSync(path, '999999999');
    await withLock(path, 'is at work', async () => {
      expect(readFileSync(path, 'utf8')).toBe(String(process.pid));
      await expect(withLock(path, 'is at work', async () => undefined)).rejects.toMatchObject({
        kind: 'operation',
        message: expect.stringContaining(`Another mfnc (process ${process.pid}) is at work.`),
      });
    });
    expect(existsSync(path)).toBe(false);
    // Left by a process that had our number before us, as happens in containers.
    writeFileSync(path, String(process.pid));
    expect(await withLock(path, 'is at work', async () => 'done')).toBe('done');
    expect(readdirSync(dirname(path))).toEqual([]);
  });

  it('is never held by two of several processes that race for it, also where one before them was killed in it', async () => {
    const folder = temporaryFolder();
    const [lock, inside] = [join(folder, '.lock'), join(folder, 'inside')];
    const racers = Array.from({ length: 6 }, () => startProgram('test/support/lock-racer.ts', lock, inside, '100'));
    const ends = await Promise.all(racers.map(({ ended }) => ended));
    // A process that was killed has no exit code.
    expect(ends).toEqual(ends.map(() => ({ code: null, stdout: '', stderr: '' })));
    expect(await withLock(lock, 'is at work', async () => 'done')).toBe('done');
  }, 60_000);
});
