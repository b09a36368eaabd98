import { readFileSync } from 'node:fs';
import path from 'node:path';
import type { CompileOptions } from '../../src/compiler/index.js';
import type { Definition, IR } from '../../src/compiler/ir/ir.js';
import { analyzeText } from './analyze-text.js';

/** Text of a shipped model, `drgn` or `lw-drgn`. */
export const modelText = (name: string): string => readFileSync(path.resolve(import.meta.dirname, `../../models/${name}.mfn`), 'utf8');

/** The IR of a source that must have no errors. */
export function irOf(text: string, options?: CompileOptions): IR {
  const { ir, diagnostics } = analyzeText(text, options);
  if (!ir) throw new Error(diagnostics.map(({ code, message }) => `${code}: ${message}`).join('\n'));
  return ir;
}

/** All weights below a definition as `path [shape]`, in the order of the IR. */
export function weightPaths(ir: IR, definition: string = ir.model.definition): string[] {
  const byId = new Map(ir.definitions.map((other) => [other.id, other]));
  const visit = (current: Definition | undefined, path: string): string[] => [
    ...(current?.weights ?? []).map((weight) => `${path}${weight.name} [${weight.shape.join(', ')}]`),
    ...(current?.instances ?? []).flatMap((instance) => visit(byId.get(instance.definition), `${path}${instance.name}.`)),
  ];
  return visit(byId.get(definition), '');
}

/** How many trained numbers the weights below a definition hold, those of its instances once. */
export function parameterCount(ir: IR, definition: string = ir.model.definition): number {
  const found = ir.definitions.find(({ id }) => id === definition);
  const own = (found?.weights ?? []).filter(({ statistic }) => !statistic).map(({ shape }) => shape.reduce((x, y) => x * y, 1));
  const inner = (found?.instances ?? []).map((instance) => parameterCount(ir, instance.definition));
  return [...own, ...inner].reduce((x, y) => x + y, 0);
}
