import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { Ajv, type AnySchema } from 'ajv';
import { describe, expect, it } from 'vitest';
import { toSarif } from '../../src/cli/sarif.js';
import { explanations } from '../../src/compiler/diagnostics/explanations.js';
import { analyzeText } from '../support/analyze-text.js';
import { filesOf } from '../support/page-examples.js';
import { runCommand } from './command-result.js';

/** OASIS's schema of SARIF 2.1.0, as Microsoft's package carries it. */
const schemaPath = createRequire(import.meta.url).resolve('@microsoft/jest-sarif/lib/schemas/sarif-2.1.0-rtm.5.json');
// It is of draft 4, whose `id` newer ones call otherwise.
const { $schema: _draft, id: _id, ...schema } = JSON.parse(readFileSync(schemaPath, 'utf8'));
const formats = {
  uri: (text: string) => URL.canParse(text),
  'uri-reference': (text: string) => URL.canParse(text, 'file:///'),
  'date-time': true as const,
};
const isValid = new Ajv({ strict: false, unicodeRegExp: false, allErrors: true, formats }).compile(schema as AnySchema);

function expectValid(log: unknown): void {
  isValid(log);
  expect(isValid.errors ?? []).toEqual([]);
}

describe('SARIF', () => {
  it.each(explanations.filter(({ wrong }) => wrong.kind === 'source').map((entry) => [entry.code, entry] as const))(
    'of the example of %s keeps to the schema, and its rule is the page',
    (code, { wrong, title }) => {
      const { diagnostics, sources } = analyzeText(filesOf(wrong), { requireModel: code === 'MFN1013' });
      const log = JSON.parse(JSON.stringify(toSarif(diagnostics, sources)));
      expectValid(log);
      const [{ tool, results }] = log.runs;
      expect(results.length).toBe(diagnostics.length);
      for (const { ruleId, ruleIndex } of results) expect(tool.driver.rules[ruleIndex].id).toBe(ruleId);
      if (code < 'MFN5') expect(tool.driver.rules.find((rule: { id: string }) => rule.id === code)?.shortDescription.text).toBe(title);
    },
  );

  it('refuses what the schema refuses', () => {
    const log = JSON.parse(JSON.stringify(toSarif([], new Map())));
    log.runs[0].results.push({ message: {}, level: 'fatal' });
    expect(isValid(log)).toBe(false);
  });

  it('has places in lines and columns from 1, the other side of a mismatch, and fixes', () => {
    const text =
      'mfn 1\nimport { conv } from "std/blocks"\nmodel M {\n  in x: image\n  out y: image\n  y = x |> conv(8, 3) |> cnov(3, 3)\n}\n';
    const { diagnostics, sources } = analyzeText({ 'models/a b.mfn': text });
    const [run] = toSarif(diagnostics, sources).runs;
    const region = { startLine: 6, startColumn: 26, endLine: 6, endColumn: 30 };
    const artifactLocation = { uri: 'models/a%20b.mfn', uriBaseId: 'WORKING_FOLDER' };
    expect(run?.results).toEqual([
      {
        ruleId: 'MFN1001',
        ruleIndex: 0,
        level: 'error',
        message: { text: 'there is no name `cnov` here\ndid you mean `conv`?' },
        locations: [{ physicalLocation: { artifactLocation, region } }],
        fixes: [
          {
            description: { text: 'replace by `conv`' },
            artifactChanges: [{ artifactLocation, replacements: [{ deletedRegion: region, insertedContent: { text: 'conv' } }] }],
          },
        ],
      },
    ]);
    const root = run?.originalUriBaseIds.WORKING_FOLDER?.uri ?? '';
    expect(new URL(artifactLocation.uri, root).href).toBe(pathToFileURL(path.resolve('models/a b.mfn')).href);
  });

  it('names places of the standard library and of folders above', () => {
    const text = 'mfn 1\nimport { RCAB } from "std/blocks"\nmodel M {\n  in x: image\n  out y: image\n  y = x |> RCAB(8)\n}\n';
    const { diagnostics, sources } = analyzeText({ '../other/net.mfn': text });
    const [result] = toSarif(diagnostics, sources).runs[0]?.results ?? [];
    const uris = [...(result?.locations ?? []), ...(result?.relatedLocations ?? [])].map(
      ({ physicalLocation }) => physicalLocation.artifactLocation.uri,
    );
    expect(uris[0]).toBe(pathToFileURL(path.resolve('../other/net.mfn')).href);
    expect(uris).toContain('mfnc:std/blocks');
  });

  it('has the shapes of sub-expressions as further places', () => {
    const text = 'mfn 1\nimport { conv } from "std/blocks"\nmodel M {\n  in x: image\n  out y: image\n  y = x + (x |> conv(8, 3))\n}\n';
    const { diagnostics, sources } = analyzeText({ 'a.mfn': text });
    const [result] = toSarif(diagnostics, sources).runs[0]?.results ?? [];
    expect(result?.relatedLocations?.map(({ message }) => message.text)).toEqual([
      '3 channels come from here',
      '8 channels come from here',
      '[B, H, W, 3]',
      '[B, H, W, 3]',
      '[B, H, W, 8]',
    ]);
  });

  it('is what `mfnc check --sarif` prints', async () => {
    const { code, stdout, stderr } = await runCommand('check', '--sarif', 'models/drgn.mfn', 'models/drng.mfn');
    expect([code, stderr]).toEqual([2, '']);
    const log = JSON.parse(stdout);
    expectValid(log);
    expect(log.runs[0].results.map((result: { ruleId: string }) => result.ruleId)).toEqual(['MFN0001']);
  });
});
