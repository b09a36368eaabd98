import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { parse } from '../../src/compiler/1-parse/index.js';
import { astText } from '../support/ast-text.js';
import { rendered } from '../support/diagnostics.js';

const folder = fileURLToPath(new URL('cases/', import.meta.url));
const cases = readdirSync(folder)
  .filter((name) => name.endsWith('.mfn'))
  .sort();

// Each case is a source with what the parser makes of it beside it: NAME.ast.txt and NAME.diagnostics.txt. Re-record with `vitest run test/parse -u`.
describe.each(cases)('%s', (name) => {
  const text = readFileSync(`${folder}${name}`, 'utf8');
  const { file, diagnostics } = parse(name, text);

  it('has the recorded tree', async () => {
    await expect(astText(file, text)).toMatchFileSnapshot(`${folder}${name.replace('.mfn', '.ast.txt')}`);
  });

  it('has the recorded diagnostics', async () => {
    await expect(rendered(name, text, diagnostics)).toMatchFileSnapshot(`${folder}${name.replace('.mfn', '.diagnostics.txt')}`);
  });

  it('reads the same with CRLF line ends', () => {
    const crlf = text.replaceAll('\n', '\r\n');
    const other = parse(name, crlf);
    expect(astText(other.file, crlf)).toBe(astText(file, text));
    expect(rendered(name, crlf, other.diagnostics)).toBe(rendered(name, text, diagnostics));
  });
});

describe('shipped sources', () => {
  const root = fileURLToPath(new URL('../../', import.meta.url));
  const sources = ['models', 'src/compiler/stdlib'].flatMap((place) =>
    readdirSync(`${root}${place}`)
      .filter((name) => name.endsWith('.mfn'))
      .map((name) => `${place}/${name}`),
  );

  it.each(sources)('%s parses without a word', (source) => {
    expect(parse(source, readFileSync(`${root}${source}`, 'utf8')).diagnostics).toEqual([]);
  });
});
