import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { arch, cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Program } from '../../../compiler/ir/program.js';
import { cacheFolder, GraphCache, graphKey } from '../cache/index.js';
import { EngineFailure } from '../engine.js';
import type { OnnxRuntime } from './library.js';

type Session = OnnxRuntime.InferenceSession;
type SessionOptions = OnnxRuntime.InferenceSession.SessionOptions;

/**
 * A session for an emitted model. onnxruntime takes seconds to optimise a train step (3 for LW-DRGN's, 13 for DRGN's), a fraction of that to load
 * the graph that it made, which then computes the same bits; so that graph is cached. An inference graph is made in a quarter of a second, of which
 * a cache would save little: its weights would have to be read and hashed as well. Graphs for a GPU were not measured.
 * @throws EngineFailure when onnxruntime refuses the model.
 */
export async function createSession(
  runtime: typeof OnnxRuntime,
  model: Uint8Array,
  program: Program,
  options: SessionOptions,
): Promise<Session> {
  const isOnCpu = options.executionProviders?.every((provider) => provider === 'cpu') === true;
  const folder = isOnCpu && program.purpose === 'train-step' ? cacheFolder() : undefined;
  try {
    if (folder === undefined) return await runtime.InferenceSession.create(model, options);
    const key = graphKey([runtime.env.versions.node ?? runtime.env.versions.common, JSON.stringify(options), await processor(), model]);
    const cache = new GraphCache(folder);
    return (await fromCache(runtime, cache, key, options)) ?? (await intoCache(runtime, cache, key, model, options));
  } catch (error) {
    throw new EngineFailure(
      `onnxruntime refuses the graph of '${program.name}': ${error instanceof Error ? error.message : String(error)}`,
    );
  }
}

async function fromCache(
  runtime: typeof OnnxRuntime,
  cache: GraphCache,
  key: string,
  options: SessionOptions,
): Promise<Session | undefined> {
  const graph = await cache.read(key);
  if (graph === undefined) return undefined;
  // The graph is optimised already. One that does not load is made anew.
  return runtime.InferenceSession.create(graph, { ...options, graphOptimizationLevel: 'disabled' }).catch(() => undefined);
}

/** onnxruntime writes the optimised graph to a file and nowhere else. */
async function intoCache(
  runtime: typeof OnnxRuntime,
  cache: GraphCache,
  key: string,
  model: Uint8Array,
  options: SessionOptions,
): Promise<Session> {
  const aside = await mkdtemp(join(tmpdir(), 'mfnc-graph-')).catch(() => undefined);
  if (aside === undefined) return runtime.InferenceSession.create(model, options);
  try {
    const file = join(aside, 'optimized.onnx');
    const session = await runtime.InferenceSession.create(model, { ...options, optimizedModelFilePath: file }).catch(() => undefined);
    // Without room for the file there is a session still; a model that is refused is refused again.
    if (session === undefined) return await runtime.InferenceSession.create(model, options);
    const graph = await readFile(file).catch(() => undefined);
    if (graph !== undefined) await cache.write(key, graph);
    return session;
  } finally {
    await rm(aside, { recursive: true, force: true });
  }
}

/** What the optimiser's choices depend on: the processor and its instruction sets. */
async function processor(): Promise<string> {
  const information = await readFile('/proc/cpuinfo', 'utf8').catch(() => '');
  return [arch(), cpus()[0]?.model ?? '', /^flags\s*:.*$/m.exec(information)?.[0] ?? ''].join('\n');
}
