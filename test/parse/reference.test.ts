import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { listVariants } from '../../src/compiler/2-analyze/variants/list-variants.js';
import { analyze } from '../../src/compiler/index.js';
import { filesOf } from '../support/page-examples.js';

const reference = readFileSync(fileURLToPath(new URL('../../grammar/mfn.md', import.meta.url)), 'utf8');
const examples = [...reference.matchAll(/^(#+ .*)$|```mfn\n([\s\S]*?)```/gm)];

/** Headings and the examples below them. */
const titled: [string, string][] = [];
let title = '';
for (const [, heading, example] of examples) {
  if (heading !== undefined) title = heading.replace(/^#+ /, '');
  else if (example !== undefined) titled.push([title, example]);
}

describe('the examples of the language reference', () => {
  it('are found', () => {
    expect(titled.length).toBeGreaterThan(8);
  });

  it.each(titled)('%s', (_, example) => {
    const files = filesOf({ text: example });
    const [first = ''] = Object.keys(files);
    const host = {
      read: (path: string) => files[path],
      resolve: (_from: string, specifier: string) => specifier,
    };
    const variants = (listVariants(first, host)?.variants ?? []).map(({ name }) => `${first}#${name}`);
    for (const model of variants.length > 0 ? variants : [first]) {
      const { diagnostics } = analyze(model, host);
      // Examples without a model are libraries.
      const messages = diagnostics
        .filter((d) => d.code !== 'MFN1013')
        .map((d) => `${d.code} ${d.message} at '${files[d.span.file]?.slice(d.span.start, d.span.end)}'`);
      expect(messages).toEqual([]);
    }
  });
});
