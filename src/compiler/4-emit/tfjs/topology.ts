import type { Layer, LayerOutput } from './layer-graph.js';

/** A model in the words of Keras, as `modelTopology` of a model.json holds it. */
export interface Topology {
  readonly class_name: 'Model';
  readonly config: {
    readonly name: string;
    readonly layers: readonly unknown[];
    readonly input_layers: readonly unknown[];
    readonly output_layers: readonly unknown[];
  };
  readonly keras_version: string;
  readonly backend: string;
}

const tensor = ({ layer, application }: LayerOutput) => [layer, application, 0] as const;

const layerEntry = ({ name, className, config, applications }: Layer) => ({
  class_name: className,
  name,
  config: { name, ...config },
  inbound_nodes: className === 'InputLayer' ? [] : applications.map((inputs) => inputs.map((input) => [...tensor(input), {}])),
});

/** The topology of layers that stand in an order in which each is known before it is used. */
export function topologyOf(
  name: string,
  layers: readonly Layer[],
  inputs: readonly LayerOutput[],
  outputs: readonly LayerOutput[],
): Topology {
  return {
    class_name: 'Model',
    config: { name, layers: layers.map(layerEntry), input_layers: inputs.map(tensor), output_layers: outputs.map(tensor) },
    keras_version: 'tfjs-layers 4.22.0',
    backend: 'tensor_flow.js',
  };
}
