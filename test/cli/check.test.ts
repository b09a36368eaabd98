import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runCommand } from './command-result.js';

const folder = mkdtempSync(path.join(tmpdir(), 'mfnc-check-'));
const write = (name: string, content: string | Uint8Array): string => {
  const file = path.join(folder, name);
  writeFileSync(file, content);
  return file;
};

const good = `mfn 1
import { conv } from "std/blocks"
model Small {
  in x: image
  out y: image
  y = x + (x |> conv(8, 3, stride: 2) as first |> conv(12, 3) as last |> pixel_shuffle(2))
}
`;

beforeAll(() => mkdirSync(path.join(folder, 'a-folder.mfn')));
afterAll(() => rmSync(folder, { recursive: true }));

describe('mfnc check', () => {
  it('says what a well-formed model demands of its input', async () => {
    const file = write('good.mfn', good);
    expect(await runCommand('check', file)).toEqual({
      code: 0,
      stdout: `${file}: Small is well formed; its input needs H divisible by 2, W divisible by 2\n`,
      stderr: '',
    });
  });

  it('prints mistakes on stderr with place and source line, and ends with 2', async () => {
    const file = write('unknown.mfn', good.replace('conv(8', 'cnov(8'));
    const { code, stdout, stderr } = await runCommand('check', file);
    expect(code).toBe(2);
    expect(stdout).toBe('');
    expect(stderr).toMatch(/unknown\.mfn:6:17: error MFN\d{4}: .*`cnov`/);
    expect(stderr).toContain('conv');
  });

  it.each([
    ['missing.mfn', undefined, 'no such file'],
    ['a-folder.mfn', undefined, 'it is a folder'],
    ['empty.mfn', '', 'this file is empty'],
    ['binary.mfn', new Uint8Array([0, 255, 254, 1, 128]), 'not UTF-8 text'],
    ['big.mfn', new Uint8Array(50 * 1024 * 1024).fill(120), '50 MB'],
  ])('%s is one message with its place', async (name, content, reason) => {
    const file = content === undefined ? path.join(folder, name) : write(name, content);
    const { code, stderr } = await runCommand('check', file);
    expect(code).toBe(2);
    expect(stderr).toContain(`${name}:1:1: error MFN0`);
    expect(stderr).toContain(reason);
    expect(stderr).toContain('1 error\n');
  });

  it('says at the end, once for all files, which pages explain the diagnostics', async () => {
    const broken = write('broken.mfn', 'mfn 1\nlet a = b\nlet c = [1\n');
    const { stderr } = await runCommand(
      'check',
      broken,
      path.join(folder, 'missing.mfn'),
      write('unknown.mfn', good.replace('conv(8', 'cnov(8')),
    );
    expect(stderr.split('\n').slice(-3)).toEqual(['4 errors', 'mfnc explain MFN0001 MFN0021 MFN1001 says more', '']);
  });

  it('tells a mistake of a module that several files import once', async () => {
    write('shared.mfn', 'mfn 1\nlet width = widht\n');
    const user = (name: string): string => write(name, 'mfn 1\nimport { width } from "./shared.mfn"\nlet twice = 2 * width\n');
    const { stderr } = await runCommand('check', user('one.mfn'), user('two.mfn'));
    expect(stderr.match(/MFN1001/g)).toHaveLength(2);
    expect(stderr).toContain('\n1 error\nmfnc explain MFN1001 says more\n');
  });

  it('checks all files that are given', async () => {
    const { code, stdout, stderr } = await runCommand('check', write('good.mfn', good), path.join(folder, 'missing.mfn'));
    expect([code, stdout.includes('Small is well formed'), stderr.includes('missing.mfn')]).toEqual([2, true, true]);
  });

  it('prints JSON in the shape of the Language Server Protocol', async () => {
    const file = write('json.mfn', good.replace('out y: image', 'out y image'));
    const { code, stdout } = await runCommand('check', '--json', file);
    expect(code).toBe(2);
    const { files } = JSON.parse(stdout);
    expect(files[0].diagnostics[0]).toMatchObject({
      code: 'MFN0020',
      severity: 1,
      source: 'mfnc',
      range: { start: { line: 4, character: 8 }, end: { line: 4, character: 13 } },
    });
  });

  it('has in JSON the other places by URI, the hint and the fix', async () => {
    const file = write('fix.mfn', good.replace('conv(12', 'cnov(12'));
    const { files } = JSON.parse((await runCommand('check', '--json', file)).stdout);
    const uri = pathToFileURL(file).href;
    expect(files[0].diagnostics[0]).toMatchObject({
      range: { start: { line: 5, character: 50 }, end: { line: 5, character: 54 } },
      relatedInformation: [],
      data: {
        hint: 'did you mean `conv`?',
        fix: { title: 'replace by `conv`', edits: [{ uri, newText: 'conv' }] },
      },
    });
  });
});

describe('mfnc check, told what to print', () => {
  const three = 'mfn 1\nlet a = b\nlet c = d\nlet e = f\n';

  it('ends after --max-errors errors and says how many are left', async () => {
    const file = write('three.mfn', three);
    const { code, stderr } = await runCommand('check', '--max-errors', '2', file);
    expect(code).toBe(2);
    expect([...stderr.matchAll(/name `(\w)` here/g)].map(([, name]) => name)).toEqual(['b', 'd']);
    expect(stderr).toContain('\n2 errors; 1 more is not shown\n');
    const { files } = JSON.parse((await runCommand('check', '--json', '--max-errors', '1', file)).stdout);
    expect([files[0].diagnostics.length, files[0].omitted]).toEqual([1, 2]);
    const log = JSON.parse((await runCommand('check', '--sarif', '--max-errors', '1', file)).stdout);
    expect(log.runs[0].results.length).toBe(1);
  });

  it.each(['0', '-1', '1.5', 'all'])('refuses --max-errors %s', async (count) => {
    const { code, stderr } = await runCommand('check', '--max-errors', count, 'x.mfn');
    expect([code, stderr.includes('Give a whole number from 1.')]).toEqual([2, true]);
  });

  it.each([
    ['compile', 'FILE', '-o', path.join(folder, 'out')],
    ['inspect', 'FILE'],
    ['inspect', '--train', 'FILE'],
    ['generate', 'typescript', 'FILE', '-o', path.join(folder, 'out')],
    ['enhance', 'x.jpg', '-o', path.join(folder, 'out'), '--model', 'FILE', '--weights', 'models/weights/lw-drgn.safetensors'],
    ['evaluate', '--model', 'FILE', '--weights', 'models/weights/lw-drgn.safetensors', '--low', folder, '--normal', folder],
    ['weights', 'convert', 'models/weights/lw-drgn.safetensors', '-o', path.join(folder, 'a.onnx'), '--model', 'FILE'],
  ])('%s takes --max-errors too', async (...args) => {
    const file = write('three.mfn', three);
    const { code, stderr } = await runCommand(...args.map((argument) => (argument === 'FILE' ? file : argument)), '--max-errors', '1');
    expect([code, stderr.includes('1 error; 2 more are not shown')]).toEqual([2, true]);
  });

  it('counts warnings as errors with --deny-warnings', async () => {
    const file = write('warning.mfn', `${good}let _a = 1\nfunction f(a: int, b: int) = a\n`);
    expect((await runCommand('check', file)).code).toBe(0);
    const { code, stdout, stderr } = await runCommand('check', '--deny-warnings', file);
    expect([code, stdout]).toEqual([2, '']);
    expect(stderr).toContain('error MFN1005: the parameter `b` is never used');
  });

  it('mends with --fix what has a certain fix, and tells the rest', async () => {
    const file = write(
      'mend.mfn',
      good.replace('mfn 1\n', '').replace('conv(8', 'cnov(8').replace('stride', 'strid').replace('image\n', 'imge\n'),
    );
    const { code, stderr } = await runCommand('check', '--fix', file);
    expect([code, stderr]).toEqual([0, `mended ${file}\n\n`]);
    expect(readFileSync(file, 'utf8')).toBe(good);
  });
});

describe('the command line', () => {
  it.each([
    [['frobnicate'], "unknown command 'frobnicate'"],
    [['chekc'], 'did you mean mfnc check?'],
    [['check', '--frobnicate', 'x.mfn'], "unknown option '--frobnicate'"],
    [['check', '--jsno', 'x.mfn'], 'Did you mean --json?'],
    [['check'], "missing required argument 'files'"],
  ])('answers %j in one message, with exit code 2', async (args, message) => {
    const { code, stderr } = await runCommand(...args);
    expect(code).toBe(2);
    expect(stderr).toContain(message);
    expect(stderr).not.toMatch(/\n\s+at /);
  });

  it.each(['check', 'explain', 'fmt', 'inspect', 'compile', 'train', 'evaluate', 'enhance', 'engine', 'cache', 'doctor', 'data darken'])(
    'mfnc %s --help has an example',
    async (command) => {
      const { code, stdout } = await runCommand(...command.split(' '), '--help');
      expect(code).toBe(0);
      expect(stdout).toContain(`mfnc ${command}`);
      expect(stdout).toMatch(/Examples?:/);
    },
  );

  it('lists the commands and its version', async () => {
    expect((await runCommand('--help')).stdout).toContain('doctor');
    expect((await runCommand('--version')).stdout).toMatch(/^\d+\.\d+\.\d+\n$/);
  });
});
