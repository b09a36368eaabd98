/**
 * Times one network on one engine: a process of its own, so that its peak memory is that of this network. Started by `NetworkProcess` with a channel to it; ends
 * when the channel closes.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import type { Program } from '../../compiler/ir/program.js';
import { type Executable, findEngine, type HostTensor } from '../engines/index.js';
import { type NetworkFile, readNetwork } from './network-file.js';
import type { NetworkAnswers, NetworkRequest } from './protocol.js';
import { randomImages } from './random-images.js';
import type { Sample } from './statistics.js';

type Prepare = Extract<NetworkRequest, { command: 'prepare' }>;

interface Prepared {
  readonly executable: Executable;
  readonly feeds: ReadonlyMap<string, HostTensor>;
  readonly base: number;
  readonly load: Sample;
}

let prepared: Prepared | undefined;

process.on('disconnect', () => process.exit(0));
process.on('message', async (request: NetworkRequest) => {
  try {
    process.send?.(await answer(request));
  } catch (error) {
    process.send?.({ failure: error instanceof Error ? error.message : String(error) });
  }
});

async function answer(request: NetworkRequest): Promise<NetworkAnswers[NetworkRequest['command']]> {
  if (request.command === 'prepare') {
    prepared = await prepare(request);
    return prepared.load;
  }
  if (prepared === undefined) throw new Error('the network is not prepared');
  const { executable, feeds, base } = prepared;
  if (request.command === 'memory') return { base, peak: peakMemory() };
  const { result, sample } = await timed(() => executable.run(feeds));
  requireFinite(result);
  return sample;
}

async function prepare({ file, engine: name, threads }: Prepare): Promise<Prepared> {
  const engine = await findEngine(name);
  const network = await readNetwork(file);
  const feeds = feedsOf(network);
  const smallest = await engine.compile(network.smallest, { threads, weights: parametersOf(network.smallest, new Map()) });
  await smallest.run(new Map([['low', randomImages([1, 8, 8, 3], 1)]]));
  await smallest.dispose();
  globalThis.gc?.();
  forgetPeak();
  const base = process.memoryUsage.rss();
  const { result: executable, sample: load } = await timed(() =>
    engine.compile(network.program, { threads, weights: parametersOf(network.program, network.weights) }),
  );
  return { executable, feeds, base, load };
}

/** A batch of noise for each input, the same in every process. */
function feedsOf({ program, inputs }: NetworkFile): Map<string, HostTensor> {
  return new Map(
    inputs.map(({ name, range }, i) => {
      const tensor = program.inputs.find((input) => input.name === name)?.tensor ?? -1;
      return [name, randomImages(program.tensors[tensor]?.shape ?? [], i + 1, range)];
    }),
  );
}

/** Values of a Program's parameters: those given, else zeros. */
function parametersOf({ inputs, tensors }: Program, weights: ReadonlyMap<string, HostTensor>): Map<string, HostTensor> {
  const parameters = inputs.filter(({ role }) => role === 'parameter');
  return new Map(parameters.map(({ name, tensor }) => [name, weights.get(name) ?? zeros(tensors[tensor]?.shape ?? [])]));
}

function zeros(shape: readonly number[]): HostTensor {
  return { shape, values: new Float32Array(shape.reduce((a, b) => a * b, 1)) };
}

async function timed<T>(work: () => Promise<T>): Promise<{ readonly result: T; readonly sample: Sample }> {
  const [cpu, start] = [process.cpuUsage(), performance.now()];
  const result = await work();
  const milliseconds = performance.now() - start;
  const { user, system } = process.cpuUsage(cpu);
  return { result, sample: { milliseconds, cpuMilliseconds: (user + system) / 1000 } };
}

/** A network that gives no numbers is timed for nothing: kernels take other times for NaN and denormal values. */
function requireFinite(results: ReadonlyMap<string, HostTensor>): void {
  for (const [name, { values }] of results) {
    const position = values.findIndex((value) => !Number.isFinite(value));
    if (position >= 0)
      throw new Error(`${name} has ${values[position]} at position ${position}; with trained weights (--weights) it may not`);
  }
}

/** Sets the peak back to what is resident now. Only Linux can; elsewhere the peak is that of the whole life of the process. */
function forgetPeak(): void {
  try {
    writeFileSync('/proc/self/clear_refs', '5');
  } catch {
    // The peak then includes the start of the process, which is no more than the base where the network needs more than that.
  }
}

/** Largest resident memory since then, in bytes. */
function peakMemory(): number {
  try {
    const kilobytes = /^VmHWM:\s+(\d+) kB$/m.exec(readFileSync('/proc/self/status', 'utf8'))?.[1];
    if (kilobytes !== undefined) return Number(kilobytes) * 1024;
  } catch {
    // There is no /proc here.
  }
  return process.resourceUsage().maxRSS * 1024;
}
