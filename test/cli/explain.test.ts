import { describe, expect, it } from 'vitest';
import { explanations } from '../../src/compiler/diagnostics/explanations.js';
import { runCommand } from './command-result.js';

describe('mfnc explain', () => {
  it.each(['MFN3002', 'mfn3002', '3002'])('takes the code as %s', async (code) => {
    const { code: exitCode, stdout, stderr } = await runCommand('explain', code);
    expect([exitCode, stderr]).toEqual([0, '']);
    expect(stdout).toMatch(/^error MFN3002: port mismatch\n\n {2}\{port\} must have the shape/);
    expect(stdout).toMatch(/Wrong:\n\n {4}mfn 1\n(?:.*\n)*Mended:\n\n {4}mfn 1\n/);
  });

  it('prints several pages, and fills in leading zeros', async () => {
    const { stdout } = await runCommand('explain', '5', 'MFN1007');
    expect([...stdout.matchAll(/^(?:error|warning) (MFN\d{4}):/gm)].map(([, code]) => code)).toEqual(['MFN0005', 'MFN1007']);
  });

  it('lists all codes without one, by range', async () => {
    const { code, stdout } = await runCommand('explain');
    expect(code).toBe(0);
    const listed = [...stdout.matchAll(/^ {2}(MFN\d{4}) {2}(?:error|warning)/gm)].map(([, listedCode]) => listedCode);
    expect(listed).toEqual(explanations.map((explanation) => explanation.code));
    expect([...stdout.matchAll(/^MFN(\d)xxx: /gm)].map(([, digit]) => digit)).toEqual(['0', '1', '2', '3', '4', '5', '6']);
  });

  it('prints JSON', async () => {
    const { stdout } = await runCommand('explain', '--json', '1007');
    expect(JSON.parse(stdout)).toEqual(explanations.filter(({ code }) => code === 'MFN1007'));
  });

  it.each([
    ['MFN3020', 'did you mean'],
    ['conv', 'mfnc explain lists all'],
  ])('answers %s, which is no code, with 2', async (written, hint) => {
    const { code, stderr } = await runCommand('explain', written);
    expect(code).toBe(2);
    expect(stderr).toContain(`there is no diagnostic ${written.toUpperCase()}`);
    expect(stderr).toContain(hint);
  });
});
