import { spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, it } from 'vitest';
import { runCommand } from './command-result.js';

const folder = mkdtempSync(path.join(tmpdir(), 'mfnc-fmt-'));
afterAll(() => rmSync(folder, { recursive: true }));
const write = (name: string, content: string): string => {
  const file = path.join(folder, name);
  mkdirSync(path.dirname(file), { recursive: true });
  writeFileSync(file, content);
  return file;
};

const ugly = 'mfn 1\r\nlet a=1 // one\r\nlet b   = 2';
const neat = 'mfn 1\n\nlet a = 1  // one\nlet b = 2\n';
const broken = 'mfn 1\nlet a = (1\nlet b=2\n';

describe('mfnc fmt', () => {
  it('formats a file in place, and then finds nothing to do', async () => {
    const file = write('ugly.mfn', ugly);
    expect(await runCommand('fmt', file)).toEqual({ code: 0, stdout: `${file}: formatted\n1 changed, 0 formatted already\n`, stderr: '' });
    expect(readFileSync(file, 'utf8')).toBe(neat);
    expect((await runCommand('fmt', file)).stdout).toBe('0 changed, 1 formatted already\n');
    expect(await runCommand('fmt', '--check', file)).toEqual({ code: 0, stdout: '0 not formatted, 1 formatted already\n', stderr: '' });
  });

  it('--check changes nothing, names the file with the lines that differ, and ends with 1', async () => {
    const file = write('checked.mfn', 'mfn 1\n\nlet a = 1\nlet b=2\nlet c = 3\n');
    const { code, stdout } = await runCommand('fmt', '--check', file);
    expect(code).toBe(1);
    expect(stdout).toBe(`${file}: not formatted\n  @@ line 4 @@\n  - let b=2\n  + let b = 2\n1 not formatted, 0 formatted already\n`);
    expect(readFileSync(file, 'utf8')).toBe('mfn 1\n\nlet a = 1\nlet b=2\nlet c = 3\n');
  });

  it('--check says so where only the line ends differ', async () => {
    const file = write('crlf.mfn', neat.replaceAll('\n', '\r\n'));
    const { code, stdout } = await runCommand('fmt', '--check', file);
    expect([code, stdout.includes('lines end in \\r\\n')]).toEqual([1, true]);
  });

  it('leaves a file with syntax errors alone, formats the others, and ends with 2', async () => {
    const [bad, good] = [write('mixed/bad.mfn', broken), write('mixed/good.mfn', ugly)];
    const { code, stdout, stderr } = await runCommand('fmt', bad, good);
    expect(code).toBe(2);
    expect(stderr).toContain(`${bad}:2:11: error MFN0021`);
    expect(stdout).toBe(`${good}: formatted\n1 changed, 0 formatted already, 1 with errors, left alone\n`);
    expect(readFileSync(bad, 'utf8')).toBe(broken);
    expect(readFileSync(good, 'utf8')).toBe(neat);
    write('mixed/good.mfn', ugly);
    expect((await runCommand('fmt', '--check', bad, good)).code).toBe(2);
  });

  it('takes folders, without hidden ones and those of packages, and each file once', async () => {
    const inside = [write('tree/a.mfn', ugly), write('tree/below/b.mfn', ugly)];
    const outside = [write('tree/node_modules/c.mfn', ugly), write('tree/.git/d.mfn', ugly), write('tree/e.txt', ugly)];
    const root = path.join(folder, 'tree');
    const { stdout } = await runCommand('fmt', root, inside[0] ?? '', `${root}/below/../a.mfn`);
    expect(stdout).toBe(`${inside.map((file) => `${file}: formatted\n`).join('')}2 changed, 0 formatted already\n`);
    expect(outside.map((file) => readFileSync(file, 'utf8'))).toEqual([ugly, ugly, ugly]);
  });

  it('says which files and folders there are none of', async () => {
    mkdirSync(path.join(folder, 'empty'));
    const nothing = await runCommand('fmt', path.join(folder, 'empty'));
    expect([nothing.code, nothing.stderr]).toEqual([2, `error: no .mfn source lies in ${path.join(folder, 'empty')}\n`]);
    const missing = await runCommand('fmt', path.join(folder, 'missing.mfn'));
    expect([missing.code, missing.stderr.includes('no such file')]).toEqual([2, true]);
  });

  it('writes through a link and keeps permissions', async () => {
    const file = write('linked/real.mfn', ugly);
    const link = path.join(folder, 'link.mfn');
    symlinkSync(file, link);
    chmodSync(file, 0o640);
    expect((await runCommand('fmt', link)).code).toBe(0);
    expect(readFileSync(file, 'utf8')).toBe(neat);
    expect(statSync(file).mode & 0o777).toBe(0o640);
  });

  it('--json names the files that change, with diagnostics', async () => {
    const [bad, good] = [write('json/bad.mfn', broken), write('json/good.mfn', ugly)];
    const { code, stdout } = await runCommand('fmt', '--check', '--json', bad, good);
    expect(code).toBe(2);
    const { files } = JSON.parse(stdout);
    expect(files).toMatchObject([
      { file: bad, changed: false, diagnostics: [{ code: 'MFN0021', range: { start: { line: 1, character: 10 } } }] },
      { file: good, changed: true, diagnostics: [] },
    ]);
    expect(readFileSync(good, 'utf8')).toBe(ugly);
  });

  describe('of the standard input', () => {
    const main = fileURLToPath(new URL('../../src/cli/main.ts', import.meta.url));
    const run = (input: string, ...args: string[]) =>
      spawnSync(process.execPath, ['--import', 'tsx', main, 'fmt', '-', ...args], { input, encoding: 'utf8' });

    it('prints it formatted', () => {
      expect(run(ugly)).toMatchObject({ status: 0, stdout: neat, stderr: '' });
    });

    it('prints nothing where it has errors', () => {
      const { status, stdout, stderr } = run(broken);
      expect([status, stdout]).toEqual([2, '']);
      expect(stderr).toContain('<stdin>:2:11: error MFN0021');
    });

    it('checks it', () => {
      expect(run(ugly, '--check').status).toBe(1);
      expect(run(neat, '--check').status).toBe(0);
    });

    it('takes nothing beside it', async () => {
      const { code, stderr } = await runCommand('fmt', '-', 'a.mfn');
      expect([code, stderr]).toEqual([2, 'error: the standard input is formatted alone\n  hint: give either - or files\n']);
    });
  });
});
