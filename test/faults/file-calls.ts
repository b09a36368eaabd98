import { type FileHandle, default as promises } from 'node:fs/promises';
import { syncBuiltinESMExports } from 'node:module';

/** What writes to the disk, or readies it for that. */
export type CallKind = 'open' | 'write' | 'sync' | 'close' | 'make folder' | 'rename' | 'remove';

/** A call of the file system below a folder. */
export interface FileCall {
  /** From 0. */
  readonly number: number;
  readonly kind: CallKind;
  readonly path: string;
  /** Does the first half of a write, nothing for other calls. */
  half(): Promise<void>;
}

/** What happens instead of a call, or around it. What it throws the caller gets. */
export type Interference = (call: FileCall, perform: () => Promise<unknown>) => Promise<unknown>;

/**
 * Lets `interfere` see every call that writes below a folder, in this process, until the function that is returned is called. Modules that import from
 * `node:fs/promises` by name get the calls too.
 */
export function interceptFileCalls(folder: string, interfere: Interference): () => void {
  let number = 0;
  const originals = { ...promises };
  const pass = (kind: CallKind, path: unknown, perform: () => Promise<unknown>, half = async (): Promise<void> => undefined) =>
    String(path).startsWith(folder) ? interfere({ number: number++, kind, path: String(path), half }, perform) : perform();

  const withInterference = (handle: FileHandle, path: unknown): FileHandle => {
    const { writeFile, appendFile, sync, close } = handle;
    const halfOf = (content: unknown) => async (): Promise<void> => {
      const bytes = Buffer.from(content as string | Uint8Array);
      await writeFile.call(handle, bytes.subarray(0, bytes.length >> 1));
    };
    return Object.assign(handle, {
      writeFile: (content: string | Uint8Array) => pass('write', path, () => writeFile.call(handle, content), halfOf(content)),
      appendFile: (content: string | Uint8Array) => pass('write', path, () => appendFile.call(handle, content), halfOf(content)),
      sync: () => pass('sync', path, () => sync.call(handle)),
      // A file is closed whatever the system says of it; otherwise a test would leave files open.
      close: () => pass('close', path, () => close.call(handle)),
    });
  };
  Object.assign(promises, {
    open: async (path: string, ...rest: [string?, number?]) =>
      withInterference((await pass('open', path, () => originals.open(path, ...rest))) as FileHandle, path),
    mkdir: (path: string, ...rest: []) => pass('make folder', path, () => originals.mkdir(path, ...rest)),
    rename: (from: string, to: string) => pass('rename', to, () => originals.rename(from, to)),
    rm: (path: string, ...rest: []) => pass('remove', path, () => originals.rm(path, ...rest)),
  });
  syncBuiltinESMExports();
  return () => {
    Object.assign(promises, originals);
    syncBuiltinESMExports();
  };
}

/** An error as the operating system gives it. */
export const systemError = (code: 'ENOSPC' | 'EIO', { kind, path }: FileCall): Error =>
  Object.assign(new Error(`${code}: ${code === 'EIO' ? 'i/o error' : 'no space left on device'}, ${kind} '${path}'`), { code });
