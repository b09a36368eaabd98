import { mkdir, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { operationFailure } from '../../files/index.js';
import { lastLine, runTool } from './tools.js';

/** Files of an installed engine, relative to its folder. The layout is that of the tfjs-node package. */
export const bindingFile = join('lib', 'napi-v8', 'tfjs_binding.node');
export const logLevelFile = join('lib', 'napi-v8', 'log_level.node');
export const libraryFolder = join('deps', 'lib');

/**
 * TensorFlow 2.21 announces oneDNN on stderr while its library is being loaded, before anything reads TF_CPP_MIN_LOG_LEVEL. This addon, loaded
 * first and with its symbols visible to all (RTLD_GLOBAL), answers the library's question for the level from that variable.
 * The namespace is the version of Abseil inside TensorFlow 2.21; a library with another version does not see the addon and is merely louder.
 */
const logLevelSource = `
#include <node_api.h>
#include <cstdlib>
namespace absl {
inline namespace lts_20250814 {
enum class LogSeverityAtLeast : int {};
__attribute__((visibility("default"))) LogSeverityAtLeast MinLogLevel() {
  const char* level = std::getenv("TF_CPP_MIN_LOG_LEVEL");
  return static_cast<LogSeverityAtLeast>(level == nullptr ? 0 : std::atoi(level));
}
}
}
NAPI_MODULE_INIT() { return exports; }
`;

export interface BindingSources {
  /** Unpacked tfjs-node package. */
  readonly binding: string;
  /** Unpacked node-api-headers package. */
  readonly headers: string;
  /** TensorFlow's headers. */
  readonly include: string;
}

/**
 * Compiles the binding into `engine`, whose libraries are in place. The compiler is called directly: node-gyp would download Node's headers,
 * and the Node-API headers from npm serve for all versions of Node.
 * @throws RuntimeFailure with the compiler's first error.
 */
export async function compileBinding(engine: string, sources: BindingSources, signal?: AbortSignal): Promise<void> {
  await mkdir(join(engine, 'lib', 'napi-v8'), { recursive: true });
  const folder = join(sources.binding, 'binding');
  const files = (await readdir(folder)).filter((name) => name.endsWith('.cc')).sort();
  const logLevel = join(sources.binding, 'log_level.cc');
  await writeFile(logLevel, logLevelSource);
  await compile(engine, logLevelFile, sources, [logLevel], ['-DNODE_GYP_MODULE_NAME=log_level'], signal);
  const libraries = ['-l:libtensorflow_cc.so.2', '-l:libtensorflow_framework.so.2'];
  await compile(
    engine,
    bindingFile,
    sources,
    files.map((file) => join(folder, file)),
    ['-DNODE_GYP_MODULE_NAME=tfjs_binding', ...libraries],
    signal,
  );
}

async function compile(
  engine: string,
  output: string,
  sources: BindingSources,
  files: readonly string[],
  options: readonly string[],
  signal: AbortSignal | undefined,
): Promise<void> {
  const result = await runTool(
    'g++',
    [
      ...['-O2', '-std=c++17', '-fPIC', '-shared', '-DNAPI_VERSION=8', '-DBUILDING_NODE_EXTENSION'],
      ...['-I', join(sources.headers, 'include'), '-I', sources.binding, '-I', sources.include],
      ...files,
      ...['-L', join(engine, libraryFolder), ...options, '-Wl,-rpath,$ORIGIN/../../deps/lib', '-o', join(engine, output)],
    ],
    { signal },
  );
  if (result.exitCode === 0) return;
  const firstError = result.stderr.split('\n').find((line) => /error/i.test(line)) ?? lastLine(result);
  throw operationFailure(
    `g++ could not compile the binding: ${firstError.trim()}. A g++ of version 9 or newer with its C++ library is needed (\`apt-get install g++\`).`,
  );
}
