import { existsSync, readdirSync, readFileSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { cacheFolder, GraphCache, graphKey } from '../../../src/runtime/engines/cache/index.js';
import { temporaryFolder } from '../../support/temporary-folder.js';

const bytes = (length: number, value: number) => new Uint8Array(length).fill(value);

describe('the folder of the cache', () => {
  it('follows the XDG Base Directory Specification, and MFNC_CACHE before it', () => {
    expect(cacheFolder({ HOME: '/home/me' })).toBe('/home/me/.cache/mfnc/graphs');
    expect(cacheFolder({ HOME: '/home/me', XDG_CACHE_HOME: '/var/cache/me' })).toBe('/var/cache/me/mfnc/graphs');
    expect(cacheFolder({ HOME: '/home/me', XDG_CACHE_HOME: 'relative' })).toBe('/home/me/.cache/mfnc/graphs');
    expect(cacheFolder({ HOME: '/home/me', MFNC_CACHE: '/tmp/graphs' })).toBe('/tmp/graphs');
    expect(cacheFolder({ HOME: '/home/me', MFNC_CACHE: 'off' })).toBeUndefined();
  });
});

describe('the key of a graph', () => {
  it('depends on every part, and on where one ends', () => {
    const keys = [['ab', 'c'], ['a', 'bc'], ['abc'], ['ab', 'd']].map(graphKey);
    expect(new Set(keys).size).toBe(4);
    expect(graphKey(['ab', Buffer.from('c')])).toBe(keys[0]);
  });
});

describe('the cache of graphs', () => {
  it('gives back what it was given, across instances', async () => {
    const folder = join(temporaryFolder(), 'not', 'there', 'yet');
    await new GraphCache(folder).write('a', bytes(100, 7));
    expect(await new GraphCache(folder).read('a')).toEqual(Buffer.from(bytes(100, 7)));
    expect(await new GraphCache(folder).read('b')).toBeUndefined();
    expect(await new GraphCache(folder).size()).toEqual({ entries: 1, bytes: 132 });
  });

  it.each([
    ['a bit that flipped', (entry: Buffer) => entry.fill((entry[50] ?? 0) ^ 1, 50, 51)],
    ['a file that was cut', (entry: Buffer) => entry.subarray(0, 60)],
    ['an empty file', () => Buffer.alloc(0)],
  ])('removes an entry with %s', async (_what, spoil) => {
    const folder = temporaryFolder();
    const cache = new GraphCache(folder);
    await cache.write('a', bytes(100, 7));
    const [name = ''] = readdirSync(folder);
    writeFileSync(join(folder, name), spoil(readFileSync(join(folder, name))));
    expect(await cache.read('a')).toBeUndefined();
    expect(readdirSync(folder)).toEqual([]);
  });

  it('removes what was not used for longest beyond its limit, and keeps nothing larger than it', async () => {
    const folder = temporaryFolder();
    const cache = new GraphCache(folder, 400);
    for (const [i, key] of ['a', 'b'].entries()) {
      await cache.write(key, bytes(100, i));
      utimesSync(join(folder, `${key}.graph`), i + 1, i + 1);
    }
    await cache.read('a');
    await cache.write('c', bytes(200, 3));
    expect(readdirSync(folder).sort()).toEqual(['a.graph', 'c.graph']);
    await cache.write('d', bytes(500, 4));
    expect(existsSync(join(folder, 'd.graph'))).toBe(false);
  });

  it('clears up after a process that was killed while it wrote, once that is long ago', async () => {
    const folder = temporaryFolder();
    for (const [name, age] of [
      ['.a.graph.1-1.partial', 7200],
      ['.b.graph.1-2.partial', 10],
    ] as const) {
      writeFileSync(join(folder, name), 'half');
      utimesSync(join(folder, name), Date.now() / 1000 - age, Date.now() / 1000 - age);
    }
    await new GraphCache(folder).write('c', bytes(1, 1));
    expect(readdirSync(folder).sort()).toEqual(['.b.graph.1-2.partial', 'c.graph']);
  });

  it('is whole while many write the same entry', async () => {
    const folder = temporaryFolder();
    await Promise.all(Array.from({ length: 8 }, () => new GraphCache(folder).write('a', bytes(1000, 5))));
    expect(await new GraphCache(folder).read('a')).toEqual(Buffer.from(bytes(1000, 5)));
    expect(readdirSync(folder)).toEqual(['a.graph']);
  });

  it('does without a folder that cannot be made', async () => {
    const file = join(temporaryFolder(), 'file');
    writeFileSync(file, '');
    const cache = new GraphCache(join(file, 'graphs'));
    await cache.write('a', bytes(1, 1));
    expect(await cache.read('a')).toBeUndefined();
    expect(await cache.clear()).toBe(0);
  });

  it('is emptied by clear', async () => {
    const cache = new GraphCache(temporaryFolder());
    await cache.write('a', bytes(1, 1));
    await cache.write('b', bytes(1, 1));
    expect(await cache.clear()).toBe(2);
    expect(await cache.size()).toEqual({ entries: 0, bytes: 0 });
  });
});
