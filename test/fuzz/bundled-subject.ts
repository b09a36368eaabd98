import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { build, type Rollup } from 'vite';
import type { Subject } from './check-input.js';

/**
 * The compiler of `src` in one file, so that it runs at the speed that users see: between the modules of a test stand the runner's wrappers, which make twenty
 * thousand inputs take three times as long.
 */
export async function bundledSubject(): Promise<Subject> {
  const built = (await build({
    configFile: false,
    logLevel: 'error',
    ssr: { noExternal: true },
    build: { ssr: path.resolve(import.meta.dirname, 'subject.ts'), write: false, minify: false, target: 'node20' },
  })) as Rollup.RollupOutput;
  const [bundle, ...more] = built.output;
  if (more.length > 0) throw new Error(`the compiler was bundled into ${built.output.length} files instead of one`);
  const folder = mkdtempSync(path.join(tmpdir(), 'mfnc-fuzz-subject-'));
  try {
    const file = path.join(folder, 'subject.mjs');
    writeFileSync(file, bundle.code);
    return await import(pathToFileURL(file).href);
  } finally {
    rmSync(folder, { recursive: true });
  }
}
