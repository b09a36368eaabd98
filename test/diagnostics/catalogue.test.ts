import { spawnSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { explanations } from '../../src/compiler/diagnostics/explanations.js';
import { report } from '../../src/compiler/diagnostics/index.js';

const root = fileURLToPath(new URL('../../', import.meta.url));

describe('the generated files', () => {
  it.each(['generate-diagnostics.mjs', 'generate-stdlib.mjs', 'generate-support.mjs'])('%s has nothing to change', (script) => {
    const { status, stderr } = spawnSync(process.execPath, [`${root}scripts/${script}`, '--check'], { encoding: 'utf8' });
    expect(stderr).toBe('');
    expect(status).toBe(0);
  });

  it('has a constructor and an explanation for every message file', () => {
    const files = readdirSync(`${root}src/compiler/diagnostics/messages`).filter((name) => name.startsWith('MFN'));
    expect(explanations.length).toBe(files.length);
    expect(Object.keys(report).sort()).toEqual(explanations.map((explanation) => explanation.name).sort());
  });
});

describe('a diagnostic made by its constructor', () => {
  const span = { file: 'a.mfn', start: 3, end: 5 };

  it('has code, severity, message and the first hint whose parameters are known', () => {
    expect(report.unknownDeclaration({ span, found: '`blok`', candidates: ['block'] })).toEqual({
      code: 'MFN0023',
      severity: 'error',
      message: 'expected a declaration, found `blok`',
      hint: 'did you mean `block`?',
      fix: { title: 'replace by `block`', edits: [{ span, text: 'block' }] },
      span,
      related: [],
    });
    expect(report.unknownDeclaration({ span, found: '`3`', candidates: [] }).hint).toMatch(/^a file has `import`/);
  });

  it('takes the hint of its caller where there is one', () => {
    expect(report.sourceEmpty({ span, hint: 'write something' }).hint).toBe('write something');
  });
});
