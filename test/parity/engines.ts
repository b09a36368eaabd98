import type { Program } from '../../src/compiler/ir/program.js';
import { allEngines, type Engine, type EngineOptions, type HostTensor } from '../../src/runtime/engines/index.js';
import type { OpCase } from '../ops/cases.js';
import type { Tensor64 } from '../support/reference/tensor.js';

/** Kinds of engines that a test compares: those whose GPU is a program on the processor are right and slow. */
export interface Presence {
  /** Default: only engines that are not. */
  readonly software?: 'included' | 'only';
}

/** The engines that this machine has. Each that is missing is named with the reason, so that a log shows what was not compared. */
export async function presentEngines({ software }: Presence = {}): Promise<Engine[]> {
  const present: Engine[] = [];
  for (const engine of await allEngines()) {
    const status = await engine.probe();
    if (!status.available) console.log(`parity without ${engine.name}: ${status.reason ?? 'not available'}`);
    else if (status.software === true ? software !== undefined : software !== 'only') present.push(engine);
  }
  return present;
}

/** Whether gradients of a use are compared: those that are zero everywhere are computed by no one, those of gradients are not needed. */
export function hasGradient({ op }: OpCase): boolean {
  return !['sign', 'greater', 'greater_equal', 'equal', 'stop_gradient'].includes(op) && !op.includes('_gradient');
}

type Values = ReadonlyMap<string, ArrayLike<number>>;

/** The values of a Program's inputs of the given roles, as an engine takes them. */
export function hostTensors(program: Program, values: Values, ...roles: readonly string[]): Map<string, HostTensor> {
  const chosen = program.inputs.filter(({ role }) => roles.includes(role));
  return new Map(
    chosen.map(({ name, tensor }) => {
      const value = values.get(name);
      if (value === undefined) throw new Error(`the test gives no value for ${name}`);
      return [name, { shape: program.tensors[tensor]?.shape ?? [], values: Float32Array.from(value) }];
    }),
  );
}

/** Compiles a Program, gives it all its inputs, runs it once and frees it. */
export async function runOnce(
  engine: Engine,
  program: Program,
  values: Values,
  options: EngineOptions = {},
): Promise<Map<string, HostTensor>> {
  const executable = await engine.compile(program, options);
  try {
    if (options.weights === undefined) executable.write('parameter', hostTensors(program, values, 'parameter'));
    executable.write('state', hostTensors(program, values, 'state'));
    return await executable.run(hostTensors(program, values, 'data', 'scalar'));
  } finally {
    await executable.dispose();
  }
}

/** Greatest difference between two tensors, relative to the greatest magnitude of the expected one (at least `floor`). */
export function relativeDifference(found: HostTensor | undefined, expected: Tensor64 | HostTensor, floor = 0.1): number {
  if (found === undefined || found.shape.join() !== expected.shape.join()) return Number.POSITIVE_INFINITY;
  let difference = 0;
  let magnitude = floor;
  for (const [i, value] of expected.values.entries()) {
    difference = Math.max(difference, Math.abs(value - (found.values[i] ?? Number.NaN)));
    magnitude = Math.max(magnitude, Math.abs(value));
    if (Number.isNaN(difference)) return Number.POSITIVE_INFINITY;
  }
  return difference / magnitude;
}
