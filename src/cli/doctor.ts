import { availableParallelism, cpus, totalmem } from 'node:os';
import type { Command } from 'commander';
import { cacheFolder, cacheVariable, GraphCache } from '../runtime/engines/cache/index.js';
import {
  allEngines,
  type Bfloat16Support,
  bfloat16Support,
  type EngineName,
  type EngineStatus,
  findEngine,
  instructionSets,
  parityMatrix,
} from '../runtime/engines/index.js';
import { mfncVersion } from '../runtime/files/index.js';
import { colorsFor } from './terminal/colors.js';
import { formatParityMatrix } from './terminal/parity-matrix.js';

/** What is told of an engine. */
interface EngineReport extends EngineStatus {
  readonly bfloat16: Bfloat16Support;
}

/** What `mfnc doctor --json` prints. */
interface Report {
  readonly mfnc: string;
  readonly node: string;
  readonly platform: string;
  readonly processor: {
    readonly model: string;
    /** Cores this process may use. */
    readonly cores: number;
    /** Those that engines have faster kernels for; empty where the system does not tell. */
    readonly instructionSets: readonly string[];
  };
  /** Memory of the machine in bytes. */
  readonly memory: number;
  /** The engine that `--engine auto` takes. */
  readonly auto: EngineName | undefined;
  readonly engines: readonly EngineReport[];
  /** Graphs that were compiled and kept; absent where MFNC_CACHE is off. */
  readonly cache?: { readonly folder: string; readonly entries: number; readonly bytes: number };
}

export function register(program: Command): void {
  program
    .command('doctor')
    .summary('list engines, versions and devices')
    .description(
      'Lists the engines with their versions, devices, threads and places, whether bfloat16 is faster with them here, why one is not available, and what this machine has.',
    )
    .option('--ops', 'print how every engine runs every operator and its gradient')
    .option('--json', 'print JSON')
    .addHelpText('after', '\nExamples:\n  mfnc doctor\n  mfnc doctor --ops')
    .action(async ({ json, ops }: { json?: boolean; ops?: boolean }) => {
      if (ops) {
        const matrix = parityMatrix();
        process.stdout.write(
          json
            ? `${JSON.stringify(matrix, undefined, 2)}
`
            : formatParityMatrix(matrix),
        );
        return;
      }
      const report = await examine();
      process.stdout.write(json ? `${JSON.stringify(report, undefined, 2)}\n` : formatReport(report));
    });
}

async function examine(): Promise<Report> {
  const engines = await Promise.all(
    (await allEngines()).map(async (engine) => {
      const status = await engine.probe();
      return { ...status, bfloat16: await bfloat16Support(status) };
    }),
  );
  const auto = await findEngine('auto').then(
    (engine) => engine.name,
    () => undefined,
  );
  return {
    mfnc: mfncVersion,
    node: process.versions.node,
    platform: `${process.platform}-${process.arch}`,
    processor: {
      model: cpus()[0]?.model.trim() ?? 'unknown',
      cores: availableParallelism(),
      instructionSets: await instructionSets(),
    },
    memory: totalmem(),
    auto,
    engines,
    ...(await examineCache()),
  };
}

async function examineCache(): Promise<Pick<Report, 'cache'>> {
  const folder = cacheFolder();
  return folder === undefined ? {} : { cache: { folder, ...(await new GraphCache(folder).size()) } };
}

function formatReport({ mfnc, node, platform, processor, memory, auto, engines, cache }: Report): string {
  const sets = processor.instructionSets.length > 0 ? ` (${processor.instructionSets.join(', ')})` : '';
  const lines = [
    `mfnc ${mfnc}, Node ${node}, ${platform}`,
    `${processor.model}, ${processor.cores} cores${sets}, ${(memory / 1e9).toFixed(1)} GB of memory`,
    '',
  ];
  for (const engine of engines) lines.push(...formatEngine(engine, auto));
  lines.push(
    cache === undefined
      ? `no cache of compiled graphs: ${cacheVariable} is off`
      : `cache of compiled graphs: ${cache.entries}, ${(cache.bytes / 1e6).toFixed(1)} MB in ${cache.folder}`,
  );
  return `${lines.join('\n')}\n`;
}

function formatEngine(status: EngineReport, auto: EngineName | undefined): string[] {
  const colors = colorsFor(process.stdout);
  const { name, available, versions, devices, threads, location, reason, bfloat16 } = status;
  const mark = available ? colors.green('available') : colors.yellow('not available');
  const chosen = name === auto ? ', taken by --engine auto' : '';
  const lines = [`${colors.bold(name.padEnd(14))} ${mark}${chosen}`];
  const detail = (label: string, value: string) => lines.push(`  ${label.padEnd(12)} ${value}`);
  const libraries = Object.entries(versions).map(([library, version]) => `${library} ${version}`);
  if (libraries.length > 0) detail('versions', libraries.join(', '));
  if (devices.length > 0) detail('devices', devices.join(', '));
  if (threads > 0) detail('threads', String(threads));
  if (available) detail('bfloat16', `${bfloat16.fast ? 'fast' : 'not faster than float32'}: ${bfloat16.reason}`);
  if (location !== undefined) detail('location', location);
  if (reason !== undefined) detail('reason', reason);
  return lines;
}
