/**
 * Measures one train step in a process of its own: what it adds to a process that has its engine loaded, at its peak.
 * Arguments: engine, the Program's file (v8.serialize), steps. Prints {"before": bytes, "peak": bytes} as JSON.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { deserialize } from 'node:v8';
import type { Program } from '../src/compiler/ir/program.js';
import { type EngineName, findEngine, type HostTensor } from '../src/runtime/engines/index.js';

const [engineName = 'onnx', file = '', steps = '8'] = process.argv.slice(2);
const { program, warmUp } = deserialize(readFileSync(file)) as { readonly program: Program; readonly warmUp: Program };

/** A field of /proc/self/status, in bytes. */
function memory(field: 'VmRSS' | 'VmHWM'): number {
  const kilobytes = new RegExp(`^${field}:\\s+(\\d+) kB$`, 'm').exec(readFileSync('/proc/self/status', 'utf8'))?.[1];
  return Number(kilobytes) * 1024;
}

function tensorsFor({ inputs, tensors }: Program, role: 'data' | 'parameter' | 'state' | 'scalar'): Map<string, HostTensor> {
  return new Map(
    inputs
      .filter((input) => input.role === role)
      .map(({ name, tensor }) => {
        const shape = tensors[tensor]?.shape ?? [];
        const values = new Float32Array(shape.reduce((product, extent) => product * extent, 1));
        if (role === 'data' || role === 'parameter') for (let i = 0; i < values.length; i++) values[i] = 0.05 * Math.sin(i * 0.37);
        if (role === 'scalar') values.fill(1e-4);
        return [name, { shape, values }];
      }),
  );
}

async function run(step: Program, count: number): Promise<void> {
  const engine = await findEngine(engineName as EngineName);
  const executable = await engine.compile(step);
  for (const role of ['parameter', 'state'] as const) executable.write(role, tensorsFor(step, role));
  for (let i = 0; i < count; i++) await executable.run(new Map([...tensorsFor(step, 'data'), ...tensorsFor(step, 'scalar')]));
  await executable.dispose();
}

// The engine loads its library, starts its threads and shows its first step.
await run(warmUp, 2);
globalThis.gc?.();
writeFileSync('/proc/self/clear_refs', '5');
const before = memory('VmRSS');
await run(program, Number(steps));
process.stdout.write(`${JSON.stringify({ before, peak: memory('VmHWM') })}\n`);
