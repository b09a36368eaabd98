import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';

/** What the page brings along besides its contents. */
export interface Assets {
  readonly style: string;
  /** uPlot, then the page's own script. */
  readonly scripts: readonly string[];
  /** Licence of uPlot, which has to go with it. */
  readonly licence: string;
}

let loaded: Assets | undefined;

export function pageAssets(): Assets {
  loaded ??= readAssets();
  return loaded;
}

function readAssets(): Assets {
  const uplot = dirname(createRequire(import.meta.url).resolve('uplot/package.json'));
  const text = (path: string) => readFileSync(path, 'utf8');
  const own = (name: string) => text(join(import.meta.dirname, 'page', name));
  return {
    style: text(join(uplot, 'dist/uPlot.min.css')) + own('page.css'),
    scripts: [text(join(uplot, 'dist/uPlot.iife.min.js')), own('page.js')],
    licence: text(join(uplot, 'LICENSE')),
  };
}
