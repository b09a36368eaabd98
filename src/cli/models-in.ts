import { listVariants } from '../compiler/2-analyze/variants/list-variants.js';
import { fileOf } from './analyze-file.js';
import { createSourceHost, whyUnreadable } from './source-host.js';

/** What an argument stands for: `FILE#VARIANT` for itself, a file for its model and each of its variants. */
export function modelsIn(argument: string): string[] {
  const file = fileOf(argument);
  if (file !== argument || whyUnreadable(file) !== undefined) return [argument];
  const { variants = [], hasModel = false } = listVariants(file, createSourceHost()) ?? {};
  const all = variants.map(({ name }) => `${file}#${name}`);
  if (variants.length === 0 || (variants.length === 1 && !hasModel)) return [file];
  return hasModel ? [file, ...all] : all;
}
