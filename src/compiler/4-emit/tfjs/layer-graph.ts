import type { TensorId } from '../../ir/program.js';
import type { CustomLayer } from './custom-layers/index.js';

/** A result of a layer: which application of it. Layers here have one output. */
export interface LayerOutput {
  readonly layer: string;
  /** Number of the application, from 0: a layer that is applied twice has two. */
  readonly application: number;
}

/** Layers that TensorFlow.js has itself, as far as they are used here. */
export type StandardLayer =
  | 'Activation'
  | 'Add'
  | 'AveragePooling2D'
  | 'Concatenate'
  | 'Conv2D'
  | 'Conv2DTranspose'
  | 'Cropping2D'
  | 'Dense'
  | 'DepthwiseConv2D'
  | 'GlobalAveragePooling2D'
  | 'GlobalMaxPooling2D'
  | 'InputLayer'
  | 'LeakyReLU'
  | 'MaxPooling2D'
  | 'Maximum'
  | 'Minimum'
  | 'Multiply'
  | 'Permute'
  | 'Rescaling'
  | 'Reshape'
  | 'ZeroPadding2D';

/** Values of a layer's configuration, with names as Keras writes them (`kernel_size`). */
export type LayerConfig = Readonly<Record<string, unknown>>;

/** A tensor that a layer holds. */
export interface LayerWeight {
  /** What the layer calls it: `kernel`, `bias`, `depthwise_kernel`, `weight`. */
  readonly name: string;
  /** The parameter or constant of the Program. */
  readonly tensor: TensorId;
  /** Of the tensor in the layer: it may have leading axes of extent 1 that the Program's has not. */
  readonly shape: readonly number[];
}

export interface Layer {
  readonly name: string;
  readonly className: StandardLayer | CustomLayer;
  readonly config: LayerConfig;
  readonly weights: readonly LayerWeight[];
  /** The inputs of each of its applications. */
  readonly applications: (readonly LayerOutput[])[];
}

/**
 * Collects layers in the order in which they are first applied, each under a name that TensorFlow.js accepts: a variable's name holds that of its
 * layer and consists of letters, digits, `.`, `_`, `/` and `-`. `deg.r[2].conv1` becomes `deg.r_2.conv1`.
 */
export class LayerGraph {
  readonly layers: Layer[] = [];
  private readonly taken: Set<string>;

  /** @param ports names that inputs and outputs will have, which no other layer gets. */
  constructor(ports: readonly string[]) {
    this.taken = new Set(ports);
  }

  /** Adds a layer for an input or output. */
  addPort(className: StandardLayer, name: string, config: LayerConfig): Layer {
    const layer: Layer = { name, className, config, weights: [], applications: [] };
    this.layers.push(layer);
    return layer;
  }

  /** Adds a layer that is not applied yet. */
  add(className: Layer['className'], wantedName: string, config: LayerConfig = {}, weights: readonly LayerWeight[] = []): Layer {
    const layer: Layer = { name: this.uniqueName(wantedName), className, config, weights, applications: [] };
    this.layers.push(layer);
    return layer;
  }

  apply(layer: Layer, inputs: readonly LayerOutput[]): LayerOutput {
    layer.applications.push(inputs);
    return { layer: layer.name, application: layer.applications.length - 1 };
  }

  private uniqueName(wanted: string): string {
    const base = wanted
      .replaceAll(']', '')
      .replace(/[^A-Za-z0-9._/-]/g, '_')
      .replace(/^[^A-Za-z0-9]+/, '');
    let name = base === '' ? 'layer' : base;
    for (let count = 2; this.taken.has(name); count++) name = `${base}_${count}`;
    this.taken.add(name);
    return name;
  }
}
