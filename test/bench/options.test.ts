import { describe, expect, it } from 'vitest';
import { caseNamed, runsByDefault } from '../../bench/cases.js';
import { gpuEngines, readOptions } from '../../bench/options.js';

describe('the options of the benchmark', () => {
  it('measure everything that is present by default', () => {
    const options = readOptions([]);
    expect(options).toMatchObject({ models: ['lw-drgn'], engines: undefined, device: 'cpu', pytorch: true, handwritten: true });
    expect(options.cases).toEqual(['inference', 'train-step', 'small-inference', 'small-train-step']);
  });

  it('measure both models on the engines of a GPU with --device cuda', () => {
    const options = readOptions(['--device', 'cuda', '--rounds', '5']);
    expect(options).toMatchObject({ models: ['lw-drgn', 'drgn'], engines: gpuEngines, cases: ['inference', 'train-step'] });
    expect(options.settings.rounds).toBe(5);
    expect(readOptions(['--device', 'cuda', '--engines', 'tfjs-node-gpu']).engines).toEqual(['tfjs-node-gpu']);
  });

  it.each([
    [['--device', 'tpu'], '--device knows cpu, cuda, not tpu'],
    [['--case', 'inference,training'], '--case knows'],
    [['--model', 'unet'], '--model knows'],
    [['--rounds', '0'], '--rounds wants a positive whole number'],
  ])('refuse %j', (args, message) => {
    expect(() => readOptions(args)).toThrow(message);
  });
});

describe('the cases', () => {
  it('have the sizes of the paper, and small ones for engines that are slow', () => {
    expect(caseNamed('train-step', 'drgn')).toEqual({ name: 'train-step', model: 'drgn', batch: 16, height: 96, width: 96 });
    expect(caseNamed('small-inference', 'lw-drgn')).toMatchObject({ name: 'inference', height: 64 });
    const taking = (name: Parameters<typeof runsByDefault>[1]) =>
      ['tfjs-node', 'onnx', 'tfjs-wasm', 'tfjs-cpu'].filter((engine) => runsByDefault(engine, name));
    expect(taking('inference')).toEqual(['tfjs-node', 'onnx', 'tfjs-wasm']);
    expect(taking('train-step')).toEqual(['tfjs-node', 'onnx']);
    expect(taking('small-train-step')).toEqual(['tfjs-node', 'tfjs-wasm', 'tfjs-cpu']);
  });
});
