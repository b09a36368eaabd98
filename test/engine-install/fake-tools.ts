import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { onTestFinished, vi } from 'vitest';
import type { Machine } from '../../src/runtime/engines/install/index.js';
import type { PackageRecipe, TensorFlowRecipe } from '../../src/runtime/engines/install/recipe.js';
import { temporaryFolder } from '../support/temporary-folder.js';

/** What a fake tool does when it is called; without one it succeeds. */
export type Behaviour = 'works' | 'missing' | 'no-network' | 'other-file' | 'disk-full' | 'hangs' | 'compile-error' | 'no-pip';

export interface FakeTools {
  readonly python?: Behaviour;
  readonly npm?: Behaviour;
  readonly compiler?: Behaviour;
}

/** A machine of its own for one test: PATH with fake tools only, and an empty folder for engines. */
export interface FakeMachine {
  /** Folder that engines are installed into. */
  readonly engines: string;
  /** Replaces the tools. */
  use(tools: FakeTools): void;
  /** Calls of the tools so far, a line each. */
  calls(): string[];
}

const tarball = 'an npm tarball';
const wheel = 'a wheel';

const hash = (content: string | Uint8Array, algorithm: string, encoding: 'hex' | 'base64') =>
  createHash(algorithm).update(content).digest(encoding);

/** A recipe whose hashes are those of what the fake tools fetch. */
export const fakeRecipe: TensorFlowRecipe = {
  engine: 'tfjs-node',
  binding: { name: '@tensorflow/tfjs-node', version: '4.22.0', sha512: hash(tarball, 'sha512', 'base64') },
  headers: { name: 'node-api-headers', version: '1.5.0', sha512: hash(tarball, 'sha512', 'base64') },
  wheel: {
    distribution: 'tensorflow-cpu',
    version: '2.21.0',
    fileName: 'tensorflow_cpu.whl',
    sha256: hash(wheel, 'sha256', 'hex'),
    bytes: wheel.length,
  },
  roomNeeded: 1_500_000_000,
};

/** A machine on which everything is in order. */
export const goodMachine: Machine = {
  platform: () => ({ os: 'linux', architecture: 'x64', glibc: '2.36' }),
  roomLeft: async () => 1e12,
  tryEngine: async () => undefined,
};

export function fakeMachine(tools: FakeTools = {}): FakeMachine {
  const folder = temporaryFolder();
  const log = join(folder, 'calls');
  const path = join(folder, 'bin');
  mkdirSync(path);
  vi.stubEnv('PATH', path);
  vi.stubEnv('XDG_DATA_HOME', join(folder, 'data'));
  onTestFinished(() => {
    vi.unstubAllEnvs();
  });
  const use = ({ python = 'works', npm = 'works', compiler = 'works' }: FakeTools) => {
    writeTool(join(path, 'python3'), pythonScript, python, log);
    writeTool(join(path, 'npm'), npmScript, npm, log);
    writeTool(join(path, 'g++'), compilerScript, compiler, log);
  };
  use(tools);
  return {
    engines: join(folder, 'data', 'mfnc', 'engines'),
    use,
    calls: () => (existsSync(log) ? readFileSync(log, 'utf8').trim().split('\n') : []),
  };
}

/**
 * Has the fake npm of a machine fetch a package `webgpu` of these files, which are packed as npm packs them.
 * @returns a recipe with the hash of that package.
 */
export function fakePackage({ engines }: FakeMachine, files: Readonly<Record<string, string>>): PackageRecipe {
  const folder = dirname(dirname(dirname(engines)));
  for (const [name, content] of Object.entries(files)) {
    const path = join(folder, 'package', name);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, content);
  }
  const tarball = join(folder, 'webgpu.tgz');
  const system = { PATH: '/usr/bin:/bin' };
  execFileSync('tar', ['-czf', tarball, '-C', folder, 'package'], { env: system });
  for (const tool of ['tar', 'gzip']) {
    const found = execFileSync('/bin/sh', ['-c', `command -v ${tool}`], { env: system, encoding: 'utf8' });
    symlinkSync(found.trim(), join(folder, 'bin', tool));
  }
  const sha512 = hash(readFileSync(tarball), 'sha512', 'base64');
  return { engine: 'tfjs-webgpu', package: { name: 'webgpu', version: '0.6.2', sha512 }, roomNeeded: 250_000_000 };
}

function writeTool(path: string, script: string, behaviour: Behaviour, log: string): void {
  rmSync(path, { force: true });
  if (behaviour === 'missing') return;
  writeFileSync(path, `#!/bin/sh\n${prelude(behaviour, log)}\n${script}`, { mode: 0o755 });
}

/** The scripts find no programs on the PATH; sh brings the rest. */
const prelude = (behaviour: Behaviour, log: string) => `
behaviour=${behaviour}
fail() { echo "$1" >&2; exit 1; }
note() { echo "$1" >> '${log}'; }
put() { /bin/mkdir -p "\${1%/*}"; printf %s "$2" > "$1"; }
after() { wanted=$1; shift; while [ $# -gt 0 ]; do [ "$1" = "$wanted" ] && echo "$2"; shift; done; }
for last; do :; done`;

const pythonScript = `
if [ "$1 $3" = '-m --version' ]; then [ $behaviour = no-pip ] && fail 'No module named pip'; exit 0; fi
if [ "$1" = -m ]; then
  note "pip download $last"
  case $behaviour in
    no-network) fail 'NewConnectionError: Failed to establish a new connection: Name or service not known' ;;
    disk-full) fail 'OSError: [Errno 28] No space left on device' ;;
    hangs) exec /bin/sleep 60 ;;
    other-file) content='another wheel' ;;
    *) content='${wheel}' ;;
  esac
  put "$(after --dest "$@")/tensorflow_cpu.whl" "$content"
else
  note "unpack \${3##*/}"
  case $3 in
    *.whl) for name in libtensorflow_cc.so.2 libtensorflow_framework.so.2 include/LICENSE; do put "$4/tensorflow/$name" "$name"; done ;;
    *) put "$4/package/binding/tfjs_binding.cc" '' ;;
  esac
fi
`;

const npmScript = `
[ "$1" = --version ] && exit 0
note "npm pack $2"
[ $behaviour = no-network ] && fail 'npm error code ENOTFOUND'
[ $behaviour = hangs ] && exec /bin/sleep 60
case $2 in
  webgpu@*) exec /bin/cp "\${0%/*}/../webgpu.tgz" "$(after --pack-destination "$@")/webgpu-0.6.2.tgz" ;;
  @tensorflow/*) name=tensorflow-tfjs-node-4.22.0.tgz ;;
  *) name=node-api-headers-1.5.0.tgz ;;
esac
put "$(after --pack-destination "$@")/$name" '${tarball}'
`;

const compilerScript = `
[ "$1" = --version ] && exit 0
output=$(after -o "$@")
note "compile \${output##*/}"
[ $behaviour = compile-error ] && fail 'tfjs_backend.cc:12:3: error: no such thing'
put "$output" 'an addon'
`;
