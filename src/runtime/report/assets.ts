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
  const { style, script } = plainAssets();
  return {
    style: readText(join(uplot, 'dist/uPlot.min.css')) + style,
    scripts: [readText(join(uplot, 'dist/uPlot.iife.min.js')), script],
    licence: readText(join(uplot, 'LICENSE')),
  };
}

/** What a page without curves brings along: the style of tables and pictures, and the script that zooms pictures together. */
export function plainAssets(): { readonly style: string; readonly script: string } {
  const own = (name: string): string => readText(join(import.meta.dirname, 'page', name));
  return { style: own('page.css'), script: own('page.js') };
}

const readText = (path: string): string => readFileSync(path, 'utf8');
