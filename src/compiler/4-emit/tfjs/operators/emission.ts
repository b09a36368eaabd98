import type { Program, ProgramNode, TensorId } from '../../../ir/program.js';
import type { Attributes } from '../../../ops/index.js';
import { EmissionFailure, placeOf } from '../../emission-failure.js';
import type { CustomLayer } from '../custom-layers/index.js';
import type { KernelLayer } from '../fusion.js';
import type { Layer, LayerConfig, LayerGraph, LayerOutput, LayerWeight, StandardLayer } from '../layer-graph.js';

/** What all nodes of one emission share. */
export interface EmissionState {
  readonly program: Program;
  readonly graph: LayerGraph;
  /** Which layer's output a tensor of the Program is. */
  readonly outputs: Map<TensorId, LayerOutput>;
  /** Layers with kernels that exist already. */
  readonly kernelLayers: Map<KernelLayer, Layer>;
  /** The layer that holds a parameter. */
  readonly holders: Map<TensorId, Layer>;
  /** Parameters that operators read as they read results, and the shape that they have there. */
  readonly given: Map<TensorId, { readonly shape: readonly number[]; readonly output: LayerOutput }>;
}

/** One node of a Program on its way into the layers. */
export class NodeEmission {
  constructor(
    private readonly state: EmissionState,
    readonly node: ProgramNode,
    /** The layer with a kernel that does the node's work, where one does. */
    readonly kernelLayer: KernelLayer | undefined,
  ) {}

  get attributes(): Attributes {
    return this.node.attributes;
  }

  get outputShape(): readonly number[] {
    return this.shapeOf(this.node.output);
  }

  shape(index: number): readonly number[] {
    return this.shapeOf(this.tensor(index));
  }

  shapeOf(tensor: TensorId): readonly number[] {
    return this.state.program.tensors[tensor]?.shape ?? [];
  }

  /** The value of an input that is one constant number. */
  numberAt(index: number): number | undefined {
    const constant = this.state.program.constants.find(({ tensor }) => tensor === this.tensor(index));
    return constant?.values.length === 1 ? constant.values[0] : undefined;
  }

  /** An input that is computed. A parameter or constant becomes a layer that gives it, its shape extended to the rank of the result. */
  input(index: number): LayerOutput {
    const tensor = this.tensor(index);
    const known = this.state.outputs.get(tensor);
    if (known === undefined) return this.weight(tensor);
    if (this.shapeOf(tensor).length < this.outputShape.length && this.node.inputs.length > 1) {
      this.fail(`its inputs have different ranks, [${this.shapeOf(tensor).join(', ')}] and [${this.outputShape.join(', ')}]`);
    }
    return known;
  }

  get inputs(): LayerOutput[] {
    return this.node.inputs.map((_, index) => this.input(index));
  }

  /**
   * Adds a layer that is applied once, named after the instance and the operator. An input that it takes twice is copied: TensorFlow.js 4.22 counts each mention
   * as a layer that is done with it, and frees it before the others have read it.
   */
  apply(className: StandardLayer | CustomLayer, inputs: readonly LayerOutput[], config: LayerConfig = {}): LayerOutput {
    const distinct = inputs.map((input, i) =>
      inputs.indexOf(input) === i ? input : this.apply('Rescaling', [input], { scale: 1, offset: 0 }),
    );
    return this.state.graph.apply(this.state.graph.add(className, this.name(this.node.op), config), distinct);
  }

  /** Applies the layer of this node's kernel; the first application makes it. */
  applyKernelLayer(
    className: StandardLayer | CustomLayer,
    kernelName: string,
    wanted: KernelLayer,
    inputs: readonly LayerOutput[],
    config: LayerConfig,
  ): LayerOutput {
    const { kernel, bias, activation } = wanted;
    let layer = this.state.kernelLayers.get(wanted);
    if (layer === undefined) {
      const weights = [this.held(kernelName, kernel), ...(bias === undefined ? [] : [this.held('bias', bias)])];
      const isTrained = this.state.program.inputs.some(({ tensor }) => tensor === kernel);
      const complete = {
        ...config,
        use_bias: bias !== undefined,
        ...(activation !== undefined && { activation }),
        ...(!isTrained && { trainable: false }),
      };
      layer = this.state.graph.add(className, this.instanceOf(kernel), complete, weights);
      this.state.kernelLayers.set(wanted, layer);
      for (const { tensor } of weights) this.hold(tensor, layer);
    }
    return this.state.graph.apply(layer, inputs);
  }

  /** Layers keep the first axis of what they are given. */
  requireSameBatch(index = 0): void {
    if (this.shape(index)[0] !== this.outputShape[0]) this.fail('changes the first axis, which is the batch in TensorFlow.js');
  }

  /** Says that TensorFlow.js has nothing for the node. */
  fail(problem: string): never {
    throw new EmissionFailure(`${placeOf(this.node)}: ${problem}`);
  }

  private tensor(index: number): TensorId {
    return this.node.inputs[index] ?? this.fail(`has no input ${index}`);
  }

  private held(name: string, tensor: TensorId): LayerWeight {
    return { name, tensor, shape: this.shapeOf(tensor) };
  }

  private hold(tensor: TensorId, layer: Layer): void {
    const parameter = this.state.program.inputs.find((input) => input.tensor === tensor);
    if (parameter === undefined) return;
    const other = this.state.holders.get(tensor);
    if (other)
      this.fail(`the weight ${parameter.name} is used in two ways, and a layer of TensorFlow.js cannot share it with ${other.name}`);
    this.state.holders.set(tensor, layer);
  }

  private weight(tensor: TensorId): LayerOutput {
    const shape = this.shapeOf(tensor);
    const extended = [...new Array<number>(Math.max(0, this.outputShape.length - shape.length)).fill(1), ...shape];
    const known = this.state.given.get(tensor);
    if (known?.shape.join() === extended.join()) return known.output;
    const isTrained = this.state.program.inputs.some((input) => input.tensor === tensor);
    const [carrier] = [...this.state.outputs.values()];
    if (carrier === undefined) return this.fail('depends on no input');
    if (extended[0] !== 1) this.fail(`its input [${shape.join(', ')}] takes the place of the batch in TensorFlow.js`);
    const config = { shape: extended, ...(!isTrained && { trainable: false }) };
    const layer = this.state.graph.add('MfncWeight', isTrained ? this.instanceOf(tensor) : this.name('constant'), config, [
      { name: 'weight', tensor, shape: extended },
    ]);
    this.hold(tensor, layer);
    const output = this.state.graph.apply(layer, [carrier]);
    if (isTrained) this.state.given.set(tensor, { shape: extended, output });
    return output;
  }

  /** Path of the instance that a parameter belongs to: `deg.conv1` for `deg.conv1.kernel`. */
  private instanceOf(tensor: TensorId): string {
    const path = this.state.program.inputs.find((input) => input.tensor === tensor)?.name;
    if (path === undefined) return this.name(this.node.op);
    return path.endsWith('.kernel') ? path.slice(0, -'.kernel'.length) : path;
  }

  private name(suffix: string): string {
    const path = this.node.origin?.path ?? '';
    return path === '' ? suffix : `${path}.${suffix}`;
  }
}

/** Adds the layers of one operator and gives the output that is its result. */
export type OperatorEmitter = (emission: NodeEmission) => LayerOutput;
