/**
 * The loop of a worker in JavaScript: speaks the protocol of protocol.ts over its standard streams.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { createInterface } from 'node:readline';

/**
 * @typedef {object} Prepared What a side does once it is ready.
 * @property {() => Promise<number>} run one run; gives the loss, or one number of the picture
 * @property {() => Promise<Float32Array>} output what the runs made: the last picture, or the trained weights in the order of their names
 * @property {string} version libraries and versions
 */

/** Largest resident memory of this process so far, in bytes; undefined where /proc is absent. */
function peakMemory() {
  try {
    const kilobytes = /^VmHWM:\s+(\d+) kB$/m.exec(readFileSync('/proc/self/status', 'utf8'))?.[1];
    return kilobytes === undefined ? undefined : Number(kilobytes) * 1024;
  } catch {
    return undefined;
  }
}

/** Waits for work, and measures its wall-clock and CPU time (user and system, all threads). */
async function timed(work) {
  const cpu = process.cpuUsage();
  const start = performance.now();
  const result = await work();
  const milliseconds = performance.now() - start;
  const used = process.cpuUsage(cpu);
  return { result, milliseconds, cpuMilliseconds: (used.user + used.system) / 1000 };
}

/**
 * Answers commands until the input ends.
 * @param {(request: object) => Promise<Prepared>} prepare everything up to the first run; its time is the load time
 */
export async function serve(prepare) {
  let prepared;
  const answer = async (request) => {
    switch (request.command) {
      case 'prepare': {
        const { result, milliseconds, cpuMilliseconds } = await timed(() => prepare(request));
        prepared = result;
        return { version: prepared.version, threads: request.threads, milliseconds, cpuMilliseconds };
      }
      case 'run': {
        const { result: value, milliseconds, cpuMilliseconds } = await timed(() => prepared.run());
        return { milliseconds, cpuMilliseconds, value };
      }
      case 'output': {
        const values = await prepared.output();
        writeFileSync(request.file, new Uint8Array(values.buffer, values.byteOffset, values.byteLength));
        return { count: values.length };
      }
      default:
        return { peakBytes: peakMemory() };
    }
  };
  for await (const line of createInterface({ input: process.stdin })) {
    try {
      console.log(JSON.stringify(await answer(JSON.parse(line))));
    } catch (error) {
      console.log(JSON.stringify({ failure: error instanceof Error ? error.message : String(error) }));
    }
  }
  process.exit(0);
}

/** @param {Map<string, Float32Array>} tensors @returns {Float32Array} their values one after the other, in the order of their names */
export function joined(tensors) {
  const ordered = [...tensors].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, values]) => values);
  const all = new Float32Array(ordered.reduce((total, { length }) => total + length, 0));
  let offset = 0;
  for (const values of ordered) {
    all.set(values, offset);
    offset += values.length;
  }
  return all;
}
