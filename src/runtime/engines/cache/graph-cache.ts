import { createHash } from 'node:crypto';
import { readdir, readFile, rm, stat, utimes } from 'node:fs/promises';
import { join } from 'node:path';
import { makeFolder, writeFileAtomically } from '../../files/index.js';

/** All entries together; beyond it the ones that were not used for longest go. */
const mostBytes = 512 * 2 ** 20;

/** Entries are `<key>.graph`: 32 bytes of SHA-256 over the rest, then the graph. */
const suffix = '.graph';
const digestBytes = 32;
/** What a process that was killed in the middle of a write left behind is removed after an hour. */
const abandonedSuffix = '.partial';
const abandonedAfterMs = 3_600_000;

/**
 * A folder of compiled graphs, by a hash of everything that they depend on. Entries are written aside and renamed, so that several processes may
 * use it at once; each carries the hash of its content, and one that does not fit it is removed. The cache is a convenience: whatever goes wrong with
 * the folder, a graph is merely compiled anew.
 */
export class GraphCache {
  constructor(
    readonly folder: string,
    private readonly limit: number = mostBytes,
  ) {}

  /** The graph of this key, if it is there whole. */
  async read(key: string): Promise<Uint8Array | undefined> {
    const path = this.pathOf(key);
    const entry = await readFile(path).catch(() => undefined);
    if (entry === undefined) return undefined;
    const graph = entry.subarray(digestBytes);
    if (!digestOf(graph).equals(entry.subarray(0, digestBytes))) {
      await rm(path, { force: true }).catch(() => undefined);
      return undefined;
    }
    const now = new Date();
    await utimes(path, now, now).catch(() => undefined);
    return graph;
  }

  async write(key: string, graph: Uint8Array): Promise<void> {
    if (graph.length + digestBytes > this.limit) return;
    try {
      await makeFolder(this.folder);
      await writeFileAtomically(this.pathOf(key), [digestOf(graph), graph]);
      await this.trim();
    } catch {
      // No room or no permission: the next process compiles it again.
    }
  }

  /** Number of entries, and bytes of all of them. */
  async size(): Promise<{ readonly entries: number; readonly bytes: number }> {
    const entries = await this.list();
    return { entries: entries.length, bytes: entries.reduce((total, { bytes }) => total + bytes, 0) };
  }

  /** Removes all entries. @returns how many there were. */
  async clear(): Promise<number> {
    const entries = await this.list();
    for (const { path } of entries) await rm(path, { force: true });
    return entries.length;
  }

  private async trim(): Promise<void> {
    for (const { path, usedAt } of await this.list(abandonedSuffix)) {
      if (Date.now() - usedAt > abandonedAfterMs) await rm(path, { force: true });
    }
    const entries = (await this.list()).sort((a, b) => b.usedAt - a.usedAt);
    let total = 0;
    for (const { path, bytes } of entries) {
      total += bytes;
      if (total > this.limit) await rm(path, { force: true });
    }
  }

  private async list(ending: string = suffix): Promise<{ readonly path: string; readonly bytes: number; readonly usedAt: number }[]> {
    const names = await readdir(this.folder).catch(() => []);
    const found = names
      .filter((name) => name.endsWith(ending))
      .map(async (name) => {
        const path = join(this.folder, name);
        // Another process may remove it meanwhile.
        const status = await stat(path).catch(() => undefined);
        return status === undefined ? [] : [{ path, bytes: status.size, usedAt: status.mtimeMs }];
      });
    return (await Promise.all(found)).flat();
  }

  private pathOf(key: string): string {
    return join(this.folder, `${key}${suffix}`);
  }
}

/** The key of a graph: a hash of everything that it depends on, each part with its length. */
export function graphKey(parts: readonly (string | Uint8Array)[]): string {
  const hash = createHash('sha256');
  for (const part of parts) hash.update(`${Buffer.byteLength(part)}:`).update(part);
  return hash.digest('hex');
}

function digestOf(bytes: Uint8Array): Buffer {
  return createHash('sha256').update(bytes).digest();
}
