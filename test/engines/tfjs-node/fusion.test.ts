import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { tfjsNodeEngine } from '../../../src/runtime/engines/tfjs-node/index.js';
import { temporaryFolder } from '../../support/temporary-folder.js';

const status = await tfjsNodeEngine.probe();
if (!status.available) console.log(`skipped: what TensorFlow fuses is not looked at. ${status.reason}`);

/** The nodes of the graph that TensorFlow runs, as its optimiser writes it at the end: '_FusedConv2D BiasAdd Relu' is one node for the three. */
function optimised(): string[] {
  const folder = temporaryFolder();
  execFileSync(process.execPath, ['--import', 'tsx', join(import.meta.dirname, 'run-fused-network.ts')], {
    env: { ...process.env, TF_DUMP_GRAPH_PREFIX: folder, TF_CPP_VMODULE: 'meta_optimizer=4', TF_CPP_MIN_LOG_LEVEL: '0' },
    stdio: 'pipe',
  });
  const [last = ''] = readdirSync(folder).filter((name) => /^after_MetaOptimizer_\d+\.pbtxt$/.test(name));
  const nodes = readFileSync(join(folder, last), 'utf8')
    .split(/^node \{$/m)
    .slice(1);
  return nodes.map((node) => {
    const fused = /key: "fused_ops"[\s\S]*?\n {2}\}/.exec(node)?.[0] ?? '';
    return [/^ {2}op: "(\w+)"$/m.exec(node)?.[1], ...[...fused.matchAll(/s: "(\w+)"/g)].map(([, name]) => name)].join(' ');
  });
}

describe.skipIf(!status.available)('TensorFlow', () => {
  it('computes a convolution with its bias and ReLU in one node; a sigmoid, and all that follows a transposed convolution, stand alone', () => {
    const work = optimised().filter((node) => !/^(Const|Placeholder|Identity|NoOp)/.test(node));
    const fused = ['_FusedConv2D BiasAdd', '_FusedConv2D BiasAdd', '_FusedConv2D BiasAdd LeakyRelu', '_FusedConv2D BiasAdd Relu'];
    expect(work.sort()).toEqual(['BiasAdd', 'Conv2DBackpropInput', 'Relu', 'Sigmoid', ...fused].sort());
  });
});
