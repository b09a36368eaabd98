import { inPrecision, lowerInference, type Precision } from '../../compiler/3-lower/index.js';
import { inputDivisors } from '../../compiler/ir/input-divisors.js';
import type { IR, Port } from '../../compiler/ir/ir.js';
import type { Program } from '../../compiler/ir/program.js';
import { defaultRange, type RGBImage, type ValueRange } from '../data/index.js';
import type { Engine, Executable, HostTensor } from '../engines/engine.js';
import { inputFailure } from '../files/index.js';
import { enhanceTile, type ImageNetwork } from './enhance-tile.js';
import { imagePorts } from './image-ports.js';
import { mapTiles, planTiles } from './tiles.js';

export interface EnhancerOptions {
  readonly threads?: number;
  /** In which type convolutions are computed. Default float32. */
  readonly precision?: Precision;
  /** Images of more pixels are enhanced in overlapping tiles, which bounds the memory. */
  readonly pixelLimit?: number;
  /** Texts of the model's sources by path: with them a refusal of the engine names the line. */
  readonly sources?: ReadonlyMap<string, string>;
  /** Whether `load` is going to replace the weights. If not, they become constants of the compiled graphs, which is faster. */
  readonly changingWeights?: boolean;
}

/** Pixels that are enhanced at once unless the caller says otherwise. */
export const defaultPixelLimit = 1536 * 1024;

/** Executables that are kept, one for each size of image. */
const keptExecutables = 3;

/**
 * Runs a model's network on images of any size, which it may enlarge by a whole number: pads them to what the network's shapes demand, crops the result, and cuts images beyond the pixel
 * limit into tiles. Programs are compiled once for each size and kept for the last few sizes.
 */
export class Enhancer {
  private readonly executables = new Map<string, Executable>();
  private readonly input: Port;
  private readonly output: Port;
  /** How many times as high and wide as an image its result is: a whole number from 1. */
  readonly scale: number;

  /** @throws RuntimeFailure when the model is not a network from one RGB image to another that is as large, or a whole number of times as high and wide. */
  constructor(
    private readonly ir: IR,
    private weights: ReadonlyMap<string, HostTensor>,
    private readonly engine: Engine,
    private readonly options: EnhancerOptions = {},
  ) {
    const ports = imagePorts(ir);
    if (ports === undefined) {
      throw inputFailure(
        `${ir.source}: ${ir.model.name} is not a network from one RGB image to another that is as large, or 2, 3, 4, ... times as high and wide. ` +
          '`mfnc run` runs any model on tensors.',
      );
    }
    this.input = ports.input;
    this.output = ports.output;
    this.scale = ports.scale;
  }

  /** Replaces the weights for all images that follow, where `changingWeights` says that this may happen. */
  load(weights: ReadonlyMap<string, HostTensor>): void {
    if (this.options.changingWeights !== true) throw new Error('the weights of this enhancer are constants of its graphs');
    this.weights = weights;
    for (const executable of this.executables.values()) this.writeWeights(executable);
  }

  /** The enhanced image, `scale` times as high and wide. @throws EngineFailure */
  async enhance(image: RGBImage): Promise<RGBImage> {
    // What takes the memory are the features at the size of the result.
    const limit = Math.floor((this.options.pixelLimit ?? defaultPixelLimit) / this.scale ** 2);
    const plan = planTiles(image.width, image.height, limit);
    const network = this.network();
    return mapTiles(image, plan, (tile) => enhanceTile(tile, network), this.scale);
  }

  async dispose(): Promise<void> {
    const executables = [...this.executables.values()];
    this.executables.clear();
    for (const executable of executables) await executable.dispose();
  }

  /** The network at whatever size a tile has after padding. */
  private network(): ImageNetwork {
    return {
      divisors: inputDivisors(this.ir),
      inputRange: rangeOf(this.input),
      outputRange: rangeOf(this.output),
      scale: this.scale,
      run: async (input) => {
        const [, height, width] = input.shape as [number, number, number, number];
        const executable = await this.executableFor(width, height);
        const results = await executable.run(new Map([[this.input.name, input]]), [this.output.name]);
        return (results.get(this.output.name) as HostTensor).values;
      },
    };
  }

  private async executableFor(width: number, height: number): Promise<Executable> {
    const key = `${width}x${height}`;
    const known = this.executables.get(key);
    if (known !== undefined) {
      this.executables.delete(key);
      this.executables.set(key, known);
      return known;
    }
    const [oldest] = this.executables;
    if (oldest !== undefined && this.executables.size >= keptExecutables) {
      this.executables.delete(oldest[0]);
      await oldest[1].dispose();
    }
    const { threads, precision = 'float32', sources, changingWeights } = this.options;
    const program = inPrecision(lowerInference(this.ir, { batch: 1, height, width }, sources), precision);
    const settings = threads === undefined ? {} : { threads };
    const executable = await this.engine.compile(program, changingWeights ? settings : { ...settings, weights: this.weightsOf(program) });
    if (changingWeights) this.writeWeights(executable);
    this.executables.set(key, executable);
    return executable;
  }

  private writeWeights(executable: Executable): void {
    executable.write('parameter', this.weightsOf(executable.program));
  }

  private weightsOf({ inputs }: Program): Map<string, HostTensor> {
    const names = inputs.filter(({ role }) => role === 'parameter').map(({ name }) => name);
    return new Map(names.map((name) => [name, this.weights.get(name) as HostTensor]));
  }
}

function rangeOf(port: Port): ValueRange {
  return port.range ?? defaultRange;
}
