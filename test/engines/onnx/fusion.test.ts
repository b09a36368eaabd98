import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { emitOnnx } from '../../../src/compiler/4-emit/onnx/index.js';
import { loadOnnxRuntime } from '../../../src/runtime/engines/onnx/library.js';
import { decodeNodes } from '../../emit/onnx/decode-nodes.js';
import { temporaryFolder } from '../../support/temporary-folder.js';
import { fusedNetwork, valuesOf } from '../fused-network.js';

/** The convolutions and activations of the graph that onnxruntime makes of an emitted one: 'Conv Relu' is one node that does both. */
async function optimised(weights: 'constant' | 'fed'): Promise<string[]> {
  const program = fusedNetwork();
  const file = join(temporaryFolder(), 'optimised.onnx');
  const runtime = await loadOnnxRuntime();
  const session = await runtime.InferenceSession.create(
    emitOnnx(program, weights === 'constant' ? { weights: valuesOf(program, 'parameter') } : {}),
    { graphOptimizationLevel: 'all', executionProviders: ['cpu'], optimizedModelFilePath: file, logSeverityLevel: 3 },
  );
  await session.release();
  return decodeNodes(readFileSync(file))
    .filter(({ opType }) => /Conv|Relu|Sigmoid|Add/.test(opType))
    .map(({ opType, activation }) => [opType.replace('Fused', ''), activation].filter((part) => part !== undefined).join(' '));
}

describe('onnxruntime', () => {
  it.each(['constant', 'fed'] as const)('computes a convolution with its bias and activation in one node, weights %s', async (weights) => {
    const transposed = ['Conv Relu', 'Conv Relu', 'Conv Relu', 'Conv Relu'];
    expect(await optimised(weights)).toEqual(['Conv Relu', 'Conv LeakyRelu', 'Conv Sigmoid', 'Conv', ...transposed]);
  });
});
