import { lowerInference, namedValues, withOutput } from '../../compiler/3-lower/index.js';
import { didYouMean } from '../../compiler/diagnostics/did-you-mean.js';
import { evaluateShape } from '../../compiler/ir/dimension.js';
import { inputDivisors } from '../../compiler/ir/input-divisors.js';
import type { IR, Port } from '../../compiler/ir/ir.js';
import { defaultRange, type RGBImage, toTensor, type ValueRange } from '../data/index.js';
import type { Engine, Executable, HostTensor } from '../engines/engine.js';
import { padByReflection, roundUp } from '../enhance/index.js';
import { inputFailure } from '../files/index.js';

/** What a degradation adds to a picture, pixel by pixel. */
export interface Degradation {
  readonly width: number;
  readonly height: number;
  /** 3 x width x height values, in units of the network's range. */
  readonly values: Float32Array;
}

/** Takes the degradation I_D = phi(I_L) out of low-light pictures (Sec. 2.1): the part of a trained network that computes one of its inner values. */
export class DegradationNetwork {
  /** Range of the pictures inside the network. */
  readonly range: ValueRange;
  private readonly inner: IR;
  private readonly input: Port;
  private compiled: { readonly size: string; readonly executable: Executable } | undefined;

  /**
   * @param value name of the inner value.
   * @throws RuntimeFailure where the model has no such value, or it is no picture of the size of the input.
   */
  constructor(
    private readonly ir: IR,
    private readonly weights: ReadonlyMap<string, HostTensor>,
    private readonly value: string,
    private readonly engine: Engine,
  ) {
    const inner = withOutput(ir, value);
    const definition = ir.definitions.find(({ id }) => id === ir.model.definition);
    const [input, ...others] = definition?.inputs ?? [];
    const images = namedValues(ir).filter((port) => isPicture(port, ir));
    if (input === undefined || others.length > 0 || !isPicture(input, ir))
      throw inputFailure(`${ir.source}: ${ir.model.name} does not take one RGB picture, so there is no degradation to take out of one.`);
    if (inner === undefined || !images.some(({ name }) => name === value)) throw withoutValue(ir, value, inner !== undefined, images);
    this.inner = inner;
    this.input = input;
    this.range = input.range ?? defaultRange;
  }

  /** The degradation of a low-light picture. @throws EngineFailure */
  async of(picture: RGBImage): Promise<Degradation> {
    const divisors = inputDivisors(this.ir);
    const [width, height] = [roundUp(picture.width, divisors.width), roundUp(picture.height, divisors.height)];
    const executable = await this.executableFor(width, height);
    const padded = toTensor(padByReflection(picture, width, height), this.range);
    const results = await executable.run(new Map([[this.input.name, padded]]), [this.value]);
    const { values } = results.get(this.value) as HostTensor;
    return cropped(values, width, picture.width, picture.height);
  }

  async dispose(): Promise<void> {
    await this.compiled?.executable.dispose();
    this.compiled = undefined;
  }

  private async executableFor(width: number, height: number): Promise<Executable> {
    const size = `${width}x${height}`;
    if (this.compiled?.size === size) return this.compiled.executable;
    await this.dispose();
    const program = lowerInference(this.inner, { batch: 1, height, width });
    const names = program.inputs.filter(({ role }) => role === 'parameter').map(({ name }) => name);
    const weights = new Map(names.map((name) => [name, this.weights.get(name) as HostTensor]));
    const executable = await this.engine.compile(program, { weights });
    this.compiled = { size, executable };
    return executable;
  }
}

function isPicture({ shape }: Port, ir: IR): boolean {
  const { height, width } = inputDivisors(ir);
  return evaluateShape(shape, { B: 1, H: height, W: width }).join() === [1, height, width, 3].join();
}

function withoutValue(ir: IR, value: string, exists: boolean, images: readonly Port[]): Error {
  const { name } = ir.model;
  const names = images.map((port) => port.name);
  const [nearest] = didYouMean(value, names);
  const problem = exists ? `the value \`${value}\` of ${name} is no RGB picture of the input's size` : `${name} has no value \`${value}\``;
  return inputFailure(
    [
      `${ir.source}: ${problem}, so there is no degradation to add to photographs.`,
      `A degradation network gives a picture that, added to a normal one, makes it dark (I_D = deg(low) in DRGN); --value names it. ${
        nearest === undefined ? `Pictures that ${name} gives names to: ${names.join(', ')}.` : `Did you mean --value ${nearest}?`
      }`,
    ].join('\n'),
  );
}

function cropped(values: Float32Array, stride: number, width: number, height: number): Degradation {
  const result = new Float32Array(width * height * 3);
  for (let y = 0; y < height; y++) result.set(values.subarray(y * stride * 3, y * stride * 3 + width * 3), y * width * 3);
  return { width, height, values: result };
}
