import { existsSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { runCommand } from '../cli/command-result.js';
import { temporaryFolder } from '../support/temporary-folder.js';
import { makeTinyRun, tinyModel } from '../support/tiny-run.js';

/** Adds tensors of 7 axes, which the WebAssembly backend of tfjs cannot. */
const doubled = `
function doubled(x: [B, H, W, C]) {
  let wide = reshape(x, [B, 1, H, 1, W, 1, C])
  return reshape(wide + wide, [B, H, W, C])
}
`;

/** The tiny model with the function, used at one place. @returns also the line of the addition. */
function withDoubled(before: string, after: string): { readonly text: string; readonly line: number } {
  const text = `${tinyModel.replace(before, after)}${doubled}`;
  return { text, line: text.split('\n').findIndex((line) => line.includes('wide + wide')) + 1 };
}

describe('an operator that the engine cannot run', () => {
  it('ends enhance and evaluate with its line, its reason and the engines that can', async () => {
    const tiny = await makeTinyRun(temporaryFolder());
    const trained = await runCommand('train', tiny.runFile('good'), '--engine', 'onnx', '--max-steps', '1');
    expect(trained.code, trained.stderr).toBe(0);
    const { text, line } = withDoubled('enhanced = net(low)', 'enhanced = doubled(net(low))');
    writeFileSync(tiny.model, text);
    const low = join(tiny.folder, 'pairs/low');
    const model = ['--model', tiny.model, '--weights', join(tiny.folder, 'runs/good/weights.safetensors')];
    const output = join(tiny.folder, 'enhanced');
    const commands = [
      ['enhance', low, '-o', output, ...model],
      ['evaluate', '--low', low, '--normal', join(tiny.folder, 'pairs/normal'), ...model],
    ];
    for (const command of commands) {
      const { code, stderr } = await runCommand(...command, '--engine', 'tfjs-wasm');
      expect(stderr).toContain(
        `${tiny.model}:${line}: add cannot run on tfjs-wasm: more than 6 axes.\n'Tiny' can run on tfjs-node-gpu, tfjs-node, onnx, onnx-webgpu, tfjs-cpu.\n`,
      );
      expect(stderr).not.toMatch(/\n\s+at /);
      expect(code).toBe(2);
    }
    expect(existsSync(output)).toBe(false);
    const { code, stderr } = await runCommand(...(commands[0] as string[]), '--engine', 'tfjs-cpu');
    expect(code, stderr).toBe(0);
  });

  it('ends train before anything is written, be it in the last stage', async () => {
    const tiny = await makeTinyRun(temporaryFolder());
    const { text, line } = withDoubled(
      'minimize L_net over net = l1(net(low), normal)',
      'minimize L_net over net = l1(doubled(net(low)), normal)',
    );
    writeFileSync(tiny.model, text);
    const { code, stderr } = await runCommand('train', tiny.runFile('wide'), '--engine', 'tfjs-wasm', '--max-steps', '1');
    expect(stderr).toContain(`${tiny.model}:${line}: add cannot run on tfjs-wasm: more than 6 axes.\n`);
    expect(stderr).toContain("'Tiny.plain' can run on ");
    expect(stderr).not.toMatch(/\n\s+at /);
    expect(code).toBe(2);
    expect(readdirSync(join(tiny.folder, 'runs/wide'))).toEqual([]);
  });

  it('does not matter in a stage without steps, nor in one that is done', async () => {
    const tiny = await makeTinyRun(temporaryFolder());
    const plain = { plain: { steps: 0 } };
    writeFileSync(tiny.model, withDoubled('= l1(net(low), normal)', '= l1(doubled(net(low)), normal)').text);
    const without = await runCommand('train', tiny.runFile('without', { training: plain }), '--engine', 'tfjs-wasm', '--max-steps', '1');
    expect(without.code, without.stderr).toBe(0);

    writeFileSync(tiny.model, withDoubled('= l1(fake, normal)', '= l1(doubled(fake), normal)').text);
    const done = tiny.runFile('done', { training: { adversarial: { steps: 1 }, plain: { steps: 2 } } });
    expect((await runCommand('train', done, '--engine', 'tfjs-cpu', '--max-steps', '1')).code).toBe(0);
    const resumed = await runCommand('train', done, '--engine', 'tfjs-wasm', '--resume');
    expect(resumed.code, resumed.stderr).toBe(0);
    expect(tiny.log('done').map(({ stage, step }) => `${stage} ${step}`)).toEqual(['adversarial 1', 'plain 1', 'plain 2']);
  });
});
