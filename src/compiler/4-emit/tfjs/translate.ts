import type { Program, TensorId } from '../../ir/program.js';
import { EmissionFailure } from '../emission-failure.js';
import { findFusions } from './fusion.js';
import { type Layer, LayerGraph, type LayerOutput } from './layer-graph.js';
import { type EmissionState, NodeEmission } from './operators/emission.js';
import { operatorEmitters } from './operators/index.js';

/** A Program as layers. Inputs and outputs are layers named after the model's ports, in their order. */
export interface LayeredModel {
  readonly layers: readonly Layer[];
  readonly inputs: readonly LayerOutput[];
  readonly outputs: readonly LayerOutput[];
}

/** Translates a Program. @throws EmissionFailure for an operator that TensorFlow.js has no layer for. */
export function translate(program: Program): LayeredModel {
  const fed = program.inputs.filter(({ role }) => role === 'data');
  const graph = new LayerGraph([...fed, ...program.outputs].map(({ name }) => name));
  const outputs = new Map<TensorId, LayerOutput>();
  const inputs = fed.map(({ name, tensor }) => {
    const shape = program.tensors[tensor]?.shape ?? [];
    const output = graph.apply(graph.addPort('InputLayer', name, { batch_input_shape: shape, dtype: 'float32' }), []);
    outputs.set(tensor, output);
    return output;
  });
  const { layerOf, absorbed } = findFusions(program);
  const state: EmissionState = { program, graph, outputs, kernelLayers: new Map(), holders: new Map(), given: new Map() };
  for (const node of program.nodes) {
    if (absorbed.has(node)) continue;
    const kernelLayer = layerOf.get(node);
    const result = operatorEmitters[node.op](new NodeEmission(state, node, kernelLayer));
    const output = kernelLayer?.applications.find((application) => application.node === node)?.output ?? node.output;
    outputs.set(output, result);
  }
  return {
    layers: graph.layers,
    inputs,
    outputs: program.outputs.map(({ name, tensor }) => {
      const source = outputs.get(tensor);
      if (source === undefined) throw new EmissionFailure(`the output ${name} depends on no input, so no layer can give it`);
      return graph.apply(graph.addPort('Activation', name, { activation: 'linear' }), [source]);
    }),
  };
}
