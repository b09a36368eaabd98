import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { emitTypeScript, type TypeScriptPackage } from '../../../src/compiler/4-emit/typescript/index.js';
import { type AnalyzeResult, analyze, type CompileOptions } from '../../../src/compiler/index.js';
import { analyzeText } from '../../support/analyze-text.js';

export const root = fileURLToPath(new URL('../../..', import.meta.url));
const modules = join(root, 'node_modules');

/** A shipped model, analysed from its file. */
export function analyzeModel(name: string, options?: CompileOptions): AnalyzeResult {
  const host = {
    read: (path: string) => (existsSync(path) ? readFileSync(path, 'utf8') : undefined),
    resolve: (from: string, specifier: string) => join(dirname(from), specifier),
  };
  return analyze(join(root, 'models', `${name}.mfn`), host, options);
}

/** The package of an analysed source, which must have no errors. */
export function generate(analysis: AnalyzeResult): Promise<TypeScriptPackage> {
  const { ir, modules: trees, sources, diagnostics } = analysis;
  if (!ir) throw new Error(diagnostics.map(({ code, message }) => `${code}: ${message}`).join('\n'));
  return emitTypeScript({ ir, modules: trees, sources, version: '0.0.0', sourceHash: '0'.repeat(64) });
}

export const generateText = (source: string | Readonly<Record<string, string>>): Promise<TypeScriptPackage> =>
  generate(analyzeText(source));

/** Where scripts/install-tfjs-node-package.mjs puts tfjs-node with its JavaScript; undefined where it has not been run. */
function tfjsNodeModules(): string | undefined {
  const cache = process.env.XDG_CACHE_HOME || join(homedir(), '.cache');
  const folder = join(cache, 'mfnc/tfjs-node-4.22.0/node_modules');
  return existsSync(join(folder, '@tensorflow/tfjs-node/deps')) ? folder : undefined;
}

/** The backend that generated code runs on here, and whether it is the native one. */
export function generatedBackend(): { readonly name: string; readonly isNative: boolean } {
  if (tfjsNodeModules() !== undefined) return { name: '@tensorflow/tfjs-node', isNative: true };
  console.log('generated TypeScript runs on the cpu backend, at a smaller size: scripts/install-tfjs-node-package.mjs has not been run');
  return { name: 'cpu', isNative: false };
}

/** A generated package in a folder of its own, with what it depends on. */
export class GeneratedProject {
  readonly folder = mkdtempSync(join(tmpdir(), 'mfnc-generated-'));

  constructor({ files, diagnostics }: TypeScriptPackage) {
    if (files.size === 0) throw new Error(diagnostics.map(({ message }) => message).join('\n'));
    for (const [name, text] of files) writeFileSync(join(this.folder, name), text);
    const links: Record<string, string> = { '@tensorflow': tfjsNodeModules() ?? modules };
    mkdirSync(join(this.folder, 'node_modules'));
    for (const name of ['@tensorflow', '@types', 'sharp', 'tsx', 'typescript']) {
      symlinkSync(join(links[name] ?? modules, name), join(this.folder, 'node_modules', name));
    }
  }

  write(name: string, content: string | Uint8Array): string {
    const path = join(this.folder, name);
    writeFileSync(path, content);
    return path;
  }

  /** What `tsc` objects to; empty where all is well. */
  typeErrors(): string {
    return spawnSync(process.execPath, [join(modules, 'typescript/lib/tsc.js')], { cwd: this.folder, encoding: 'utf8' }).stdout;
  }

  /** Runs a TypeScript file of the package. @returns what it printed as JSON on its last line. */
  run(script: string, ...args: string[]): unknown {
    const result = spawnSync(process.execPath, ['--import', 'tsx', script, ...args], {
      cwd: this.folder,
      encoding: 'utf8',
      env: { ...process.env, TF_CPP_MIN_LOG_LEVEL: '2' },
      maxBuffer: 2 ** 28,
    });
    if (result.status !== 0) throw new Error(`${script} ended with ${result.status}:\n${result.stderr.slice(-3000)}`);
    return JSON.parse(result.stdout.trimEnd().split('\n').at(-1) ?? '');
  }

  dispose(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }
}
