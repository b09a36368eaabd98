import { createHash } from 'node:crypto';
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { requireIR } from '../../../src/cli/analyze-file.js';
import { CheckpointStore } from '../../../src/runtime/checkpoint/index.js';
import { type Engine, EngineFailure, findEngine } from '../../../src/runtime/engines/index.js';
import { RuntimeFailure } from '../../../src/runtime/files/index.js';
import { readRunFile, train } from '../../../src/runtime/train/index.js';
import { type CommandResult, runCommand } from '../../cli/command-result.js';
import { temporaryFolder } from '../../support/temporary-folder.js';
import { makeTinyRun, type TinyRun } from '../../support/tiny-run.js';

const stages = ['adversarial', 'plain'];
/** What the stage `plain` trains. */
const trained = ['first', 'second', 'last'].flatMap((layer) => [`net.${layer}.kernel`, `net.${layer}.bias`]);

/** Everything in a folder, with what it holds and when it was written. */
const contentsOf = (folder: string) =>
  readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .sort()
    .map((path) => [path, statSync(path).mtimeMs, createHash('sha256').update(readFileSync(path)).digest('hex')]);

const checkpointOf = async (tiny: TinyRun, name: string) =>
  (await new CheckpointStore(join(tiny.folder, 'runs', name, 'checkpoints'), stages).newest())?.checkpoint;

function expectStopped({ code, stderr }: CommandResult, message: RegExp): void {
  expect(stderr).toMatch(message);
  expect(stderr).not.toMatch(/internal error|\n\s+at /);
  expect(code).toBe(1);
}

/** The tiny run with its first loss changed. */
async function withLoss(loss: string): Promise<TinyRun> {
  const tiny = await makeTinyRun(temporaryFolder());
  writeFileSync(tiny.model, readFileSync(tiny.model, 'utf8').replace('l1(fake, normal) + weight * gan.fool(critic(fake))', loss));
  return tiny;
}

describe('a step that is not finite', () => {
  it('names stage, loss, the term to blame and the pictures, and leaves the state before it', async () => {
    // Its third step comes after a rate of 1e30 has made the weights huge.
    const tiny = await withLoss('l1(fake, normal) + weight * gan.fool(critic(fake))');
    const rate = 'rate = 1e30 * min(max(step - 1, 0), 1) + 2e-3';
    writeFileSync(tiny.model, readFileSync(tiny.model, 'utf8').replace('rate = 2e-3 * 0.9 ^ (step / 100)', rate));
    const result = await runCommand('train', tiny.runFile('run'), '--engine', 'onnx');
    expectStopped(result, /stage adversarial, step 4: L_net is (NaN|Infinity).*\. The training stopped\.\n/);
    expect(result.stderr).toMatch(/ {2}of what L_net adds up, .*0\.001 \* gan\.fool\(critic\(fake\)\) is NaN/);
    const patch = /^ {4}low and normal: .*pairs\/low\/\d\.png and .*pairs\/normal\/\d\.png, \d+x\d+ at \d+,\d+(, mirrored)?$/gm;
    expect(result.stderr.match(patch)).toHaveLength(4);
    expect(result.stderr.match(/^ {4}reference: .*references\/normal\/\d\.png, \d+x\d+ at/gm)).toHaveLength(4);
    expect(result.stderr).toMatch(
      /The state before the step is in .*runs\/run\/checkpoints\/adversarial-000003\.\n`mfnc replay .*runs\/run 4 --stage adversarial`/,
    );
    expect(tiny.log('run').map(({ step }) => step)).toEqual([1, 2, 3]);
    const kept = await checkpointOf(tiny, 'run');
    expect(kept).toMatchObject({ stage: 'adversarial', step: 3 });
    for (const { values } of [...(kept?.weights.values() ?? []), ...(kept?.states.values() ?? [])])
      expect(values.every(Number.isFinite)).toBe(true);
    const again = await runCommand('train', tiny.runFile('run'), '--engine', 'onnx', '--resume');
    expectStopped(again, /goes on after step 3 of stage adversarial[\s\S]*stage adversarial, step 4: L_net is/);
  });

  it('stops where the loss is finite and a moment overflows, before the weights are lost', async () => {
    const tiny = await withLoss('1e22 * l1(fake, normal)');
    const result = await runCommand('train', tiny.runFile('run'), '--engine', 'onnx', '--max-steps', '9');
    expectStopped(result, /stage adversarial, step 1: net\.\S+:v becomes Infinity.*, with finite losses \(L_net \d\.\d+e\+21, L_critic/);
    expect(await checkpointOf(tiny, 'run')).toMatchObject({ stage: 'adversarial', step: 0 });
    const replayed = await runCommand('replay', join(tiny.folder, 'runs/run'), '1');
    expect(replayed.code).toBe(1);
    expect(replayed.stdout).toMatch(/not finite: net\.\S+:v, /);
  });
});

/** The engine `onnx`, whose third step gets no memory, as the library says it. */
async function withoutMemory(message: string): Promise<Engine> {
  const onnx = await findEngine('onnx');
  return {
    ...onnx,
    compile: async (program, options) => {
      const executable = await onnx.compile(program, options);
      let runs = 0;
      return {
        program,
        run: (feeds, fetch, accept) => {
          runs += program.purpose === 'train-step' ? 1 : 0;
          if (runs === 3) throw new EngineFailure(`onnx failed: ${message}`);
          return executable.run(feeds, fetch, accept);
        },
        write: (role, values) => executable.write(role, values),
        read: (role) => executable.read(role),
        dispose: () => executable.dispose(),
      };
    },
  };
}

describe('a step without memory', () => {
  it.each([
    'OOM when allocating tensor with shape[16,64,96,96] and type float on /job:localhost',
    'Failed to allocate memory for requested buffer of size 746496000',
    'std::bad_alloc',
  ])('says which batch and patch fit, and keeps the state before it (%s)', async (message) => {
    const tiny = await makeTinyRun(temporaryFolder());
    const run = await readRunFile(tiny.runFile('run'));
    const training = train({
      run,
      ir: requireIR(run.model, { overrides: run.overrides }).ir,
      engine: await withoutMemory(message),
      resume: false,
      signal: new AbortController().signal,
      reporter: { checked: () => undefined, validating: () => undefined, note: () => undefined },
    });
    const told = await training.then(
      () => '',
      (error: unknown) => (error instanceof RuntimeFailure ? error.message : `no message for users: ${error}`),
    );
    expect(told).toMatch(/^stage adversarial, step 3: onnx got no memory for a step on 4 patches of 24x24, which needs about \d+ MB \(/);
    expect(told).toContain(message);
    expect(told).toMatch(/or less to do: (a batch of [1-3] fits|not even one patch fits).*\(training\.batch, training\.patch\)\.\n/);
    expect(told).toMatch(/The state before the step is in .*checkpoints\/adversarial-000002\.$/);
    expect(await checkpointOf(tiny, 'run')).toMatchObject({ stage: 'adversarial', step: 2 });
  });

  it('is not begun where the estimate is beyond the machine, with a batch that fits and the line of the stage', async () => {
    const tiny = await makeTinyRun(temporaryFolder());
    const path = tiny.runFile('run', { training: { batch: 65536, patch: '256x256' } });
    const { code, stderr } = await runCommand('train', path, '--engine', 'onnx');
    expect(stderr).toMatch(
      /tiny\.mfn:\d+:\d+: error MFN4041: a step of the stage `adversarial` needs about [\d.]+ MB on onnx, and there are [\d.]+ MB/,
    );
    expect(stderr).toMatch(/a batch of \d+ fits, or patches of \d+x\d+ \(height x width\)/);
    expect(code).toBe(2);
    expect(readdirSync(join(tiny.folder, 'runs/run'))).toEqual([]);
  });
});

describe('mfnc replay', () => {
  let tiny: TinyRun;
  let folder: string;
  beforeAll(async () => {
    const place = mkdtempSync(join(tmpdir(), 'mfnc-replay-'));
    tiny = await makeTinyRun(place);
    folder = join(tiny.folder, 'runs/run');
    const result = await runCommand(
      'train',
      tiny.runFile('run', { checkpoint: { every: 2, keep: 2 } }),
      '--engine',
      'onnx',
      '--max-steps',
      '7',
    );
    expect(result.code, result.stderr).toBe(0);
    return () => rmSync(place, { recursive: true });
  });

  it('computes a step bit by bit as the run did, with its terms and norms, and writes nothing', async () => {
    const before = contentsOf(folder);
    const { code, stdout, stderr } = await runCommand('replay', folder, '7', '--json');
    expect(code, stderr).toBe(0);
    expect(stderr).toContain(`step 7 of stage plain, from ${folder}/checkpoints/plain-000006`);
    const replayed = JSON.parse(stdout);
    expect(replayed.losses).toEqual(tiny.log('run').at(-1)?.losses);
    expect(replayed.logged).toEqual(replayed.losses);
    expect(replayed.terms).toEqual([{ loss: 'L_net', text: 'l1(net(low), normal)', value: expect.closeTo(replayed.losses.L_net, 6) }]);
    expect(replayed.batch).toMatchObject([
      { roles: ['low', 'normal'], patches: Array(4).fill({ files: [/low/, /normal/].map((part) => expect.stringMatching(part)) }) },
    ]);
    expect(replayed.updates.map(({ name }: { name: string }) => name)).toEqual(trained);
    for (const { gradient, update, weight } of replayed.updates) expect(Math.min(gradient, update, weight)).toBeGreaterThan(0);
    expect(contentsOf(folder)).toEqual(before);
  });

  it('runs the steps between, from the beginning too, and takes a run file', async () => {
    const first = await runCommand('replay', join(tiny.folder, 'run.yaml'), '3', '--stage', 'adversarial');
    expect(first.code, first.stderr).toBe(0);
    expect(first.stderr).toContain('step 3 of stage adversarial, from the beginning of the run over 2 steps');
    expect(first.stdout.match(/the same\n/g)).toHaveLength(2);
  });

  it('shows whether another setting mends the step, and says that it is another run', async () => {
    const { code, stderr, stdout } = await runCommand('replay', folder, '7', '--set', 'training.batch=2');
    expect(code, stderr).toBe(0);
    expect(stderr).toMatch(
      /is not the one that the run took, as .*plain-000006 was written by another run:\n {2}training\.batch was 4, is 2/,
    );
    expect(stdout.match(/^ {2}low and normal: /gm)).toHaveLength(2);
  });

  it.each([
    [['7', '--stage', 'plane'], 2, /has no training stage `plane`; it has adversarial, plain\./],
    [['1'], 2, /nothing from before step 1 of stage plain is kept \(there are plain 6, plain 7\)\. A larger checkpoint\.keep/],
    [['41'], 2, /stage plain has 40 steps, so there is no step 41/],
    [['0'], 2, /Give a whole number from 1/],
  ])('says what is wrong with %j', async (parameters, code, message) => {
    const result = await runCommand('replay', folder, ...parameters);
    expect(result.stderr).toMatch(message);
    expect(result.stderr).not.toMatch(/internal error|\n\s+at /);
    expect(result.code).toBe(code);
  });
});
