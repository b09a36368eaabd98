import { inputFailure, operationFailure, type RuntimeFailure } from './failure.js';

/** What was being done to the path when the operating system refused. */
export type FileAction = 'read' | 'write';

/** The `code` of an error of the operating system, `ENOENT`; undefined for any other thrown value. */
export function systemErrorCode(error: unknown): string | undefined {
  if (!(error instanceof Error) || !('code' in error) || typeof error.code !== 'string') return undefined;
  return error.code;
}

/** Says in one or two sentences what the operating system refused at `path`, and what to do. */
export function systemFailure(error: unknown, action: FileAction, path: string): RuntimeFailure {
  const code = systemErrorCode(error);
  switch (code) {
    case 'ENOSPC':
    case 'EDQUOT':
      return operationFailure(
        `${path}: no room left on the disk. Nothing was left half-written; free some space and run the command again.`,
        error,
      );
    case 'EFBIG':
      return operationFailure(`${path}: the file would be larger than the file system allows.`, error);
    case 'EACCES':
    case 'EPERM':
      return inputFailure(`${path}: permission denied to ${action} it. Change its permissions or choose another place.`, error);
    case 'EROFS':
      return inputFailure(`${path}: the file system is read-only. Choose another place to write to.`, error);
    case 'ENOENT':
      return inputFailure(action === 'read' ? `${path}: there is no such file or folder.` : `${path}: its folder does not exist.`, error);
    case 'EISDIR':
      return inputFailure(`${path}: is a folder, a file is wanted here.`, error);
    case 'ENOTDIR':
    case 'EEXIST':
      return inputFailure(`${path}: a file stands where a folder is wanted. Remove it or choose another place.`, error);
    case 'ENAMETOOLONG':
      return inputFailure(`${path}: the name is longer than the file system allows.`, error);
    case 'ELOOP':
      return inputFailure(`${path}: its symbolic links lead in a circle.`, error);
    case 'EMFILE':
    case 'ENFILE':
      return operationFailure(`${path}: too many files are open. Raise the limit (ulimit -n) and run the command again.`, error);
    case 'EIO':
      return operationFailure(`${path}: the disk reported an error while it was ${action === 'read' ? 'read' : 'written'}.`, error);
    default:
      return operationFailure(`${path}: could not ${action} it: ${error instanceof Error ? error.message : String(error)}.`, error);
  }
}
