import path from 'node:path';
import { describe, it } from 'vitest';
import type { TypeScriptPackage } from '../../../src/compiler/4-emit/typescript/index.js';
import { supportSources } from '../../../src/compiler/4-emit/typescript/support-sources.js';
import { readCase } from '../../support/cases.js';
import { expectRecorded } from '../../support/recorded.js';
import { analyzeModel, generate, generateText } from './project.js';

/** Programs that are recorded: loops and families, conditions, a module of one's own, a training with a critic, statistics. */
const recorded = ['conditions-and-expressions', 'families-and-repeat', 'own-module', 'statistics', 'training'];

/** Files that say little of a source. */
const alike = new Set(['README.md', 'enhance.ts', 'package.json', 'tsconfig.json']);

/**
 * The files that come from the source, in full; of those that come with every package, what is left of them. Lines of the standard library are left out, so
 * that an addition there changes nothing here.
 */
function textOf({ files }: TypeScriptPackage, leftOut: ReadonlySet<string> = new Set()): string {
  const parts = [...files].flatMap(([name, content]) => {
    if (leftOut.has(name)) return [];
    const text = String(content).replaceAll(/from (std\/\w+\.mfn):\d+/g, 'from $1');
    if (!supportSources.has(name.replace('.ts', ''))) return [`===== ${name} =====\n${text}`];
    const exported = [...text.matchAll(/^export (?:async )?(?:function|class|const) (\w+)/gm)].map(([, what]) => what);
    return [`===== ${name}: ${exported.join(', ')} =====\n`];
  });
  return parts.join('\n');
}

const fileOf = (name: string): string => path.join(import.meta.dirname, 'recorded', `${name}.txt`);

describe('the text of a generated package', () => {
  it.each(recorded)('of the case %s', async (name) => {
    expectRecorded(fileOf(name), textOf(await generateText(readCase(name)), alike));
  });

  it('of LW-DRGN', async () => {
    expectRecorded(fileOf('lw-drgn'), textOf(await generate(analyzeModel('lw-drgn'))));
  });
});
