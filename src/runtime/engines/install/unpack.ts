import { operationFailure } from '../../files/index.js';
import { lastLine, runTool, type ToolResult } from './tools.js';

/** The parts of the wheel that the binding needs: two libraries, and the headers of the C interface. */
const wheelParts = [
  'tensorflow/libtensorflow_cc.so.2',
  'tensorflow/libtensorflow_framework.so.2',
  'tensorflow/include/LICENSE',
  'tensorflow/include/tensorflow/c/',
  'tensorflow/include/tensorflow/core/platform/ctstring',
  'tensorflow/include/tsl/platform/ctstring',
  'tensorflow/include/xla/tsl/c/',
];

/**
 * Python reads both archives with its standard library, so that neither unzip nor tar has to be there: pip needs Python anyway.
 * Members are written one by one below the target; names that lead out of it are refused by zipfile, and by the 'data' filter where tarfile has it.
 */
const unzipScript = `
import sys, zipfile
archive, target, *prefixes = sys.argv[1:]
with zipfile.ZipFile(archive) as z:
    for name in z.namelist():
        if name.startswith(tuple(prefixes)):
            z.extract(name, target)
`;
const untarScript = `
import sys, tarfile
archive, target = sys.argv[1:]
with tarfile.open(archive) as t:
    t.extractall(target, **({'filter': 'data'} if hasattr(tarfile, 'data_filter') else {}))
`;

/** Unpacks the libraries and headers of TensorFlow's wheel into `target`/tensorflow. */
export async function unpackWheel(wheel: string, target: string, python: string, signal?: AbortSignal): Promise<void> {
  check(wheel, await runTool(python, ['-c', unzipScript, wheel, target, ...wheelParts], { signal }));
}

/** Unpacks an npm tarball into `target`/package. */
export async function unpackPackage(tarball: string, target: string, python: string, signal?: AbortSignal): Promise<void> {
  check(tarball, await runTool(python, ['-c', untarScript, tarball, target], { signal }));
}

function check(archive: string, result: ToolResult): void {
  if (result.exitCode === 0) return;
  const reason = /No space left|Errno 28/i.test(result.stderr) ? 'no room left on the disk; free some space' : lastLine(result);
  throw operationFailure(`${archive.split('/').at(-1)} could not be unpacked: ${reason}. Run the command again.`);
}
