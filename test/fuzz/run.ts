// The long run: as many inputs as asked for, in pieces, each in a process of its own. See README.md.
import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { inputOf } from './inputs.js';
import { optionsOf, usage } from './options.js';

/** Inputs of one process. */
const pieceSize = 5_000;
/** Seconds after which an input counts as one that never ends. */
const patience = 120;

interface Failure {
  readonly seed: number;
  readonly kind: string;
  readonly problem: string;
}

interface State {
  next: number;
  inputs: number;
  characters: number;
  readonly kinds: Record<string, number>;
  readonly failures: Failure[];
}

interface Outcome {
  readonly failures: readonly Failure[];
  readonly kinds: Readonly<Record<string, number>>;
  readonly characters: number;
  /** The seed behind the last one that was tried. */
  readonly next: number;
}

/** Runs the seeds from `first` to before `end`, fewer where one never ends. */
function runPiece(first: number, end: number, limit: number): Promise<Outcome> {
  const progress = path.join(tmpdir(), `mfnc-fuzz-${process.pid}`);
  writeFileSync(progress, '');
  const script = path.join(import.meta.dirname, 'child.ts');
  const child = spawn(process.execPath, [...process.execArgv, script, String(first), String(end), String(limit), progress], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let output = '';
  child.stdout.setEncoding('utf8').on('data', (chunk: string) => {
    output += chunk;
  });
  let seen = '';
  let since = Date.now();
  const watch = setInterval(() => {
    const seed = existsSync(progress) ? readFileSync(progress, 'utf8') : '';
    // On a machine that has much else to do, starting alone may take that long.
    if (seed === '' || seed !== seen) since = Date.now();
    else if (Date.now() - since > patience * 1000) child.kill('SIGKILL');
    seen = seed;
  }, 1000);
  return new Promise((resolve) => {
    child.on('close', (code, signal) => {
      clearInterval(watch);
      const lines = output
        .split('\n')
        .filter((line) => line.startsWith('{'))
        .map((line): unknown => JSON.parse(line));
      const failures = lines.filter((line): line is Failure => typeof line === 'object' && line !== null && 'seed' in line);
      const last = lines.find(
        (line): line is Pick<Outcome, 'kinds' | 'characters'> => typeof line === 'object' && line !== null && 'kinds' in line,
      );
      if (last) {
        resolve({ failures, ...last, next: end });
        return;
      }
      const seed = Number(readFileSync(progress, 'utf8'));
      const problem = signal === 'SIGKILL' ? `it does not end within ${patience} s` : `it ends the process with ${code ?? signal}`;
      resolve({ failures: [...failures, { seed, kind: inputOf(seed).kind, problem }], kinds: {}, characters: 0, next: seed + 1 });
    });
  });
}

async function run(): Promise<number> {
  const { first, count, minutes, limit, folder, resume } = optionsOf(process.argv.slice(2));
  mkdirSync(folder, { recursive: true });
  const stateFile = path.join(folder, 'state.json');
  const fresh: State = { next: first, inputs: 0, characters: 0, kinds: {}, failures: [] };
  const state: State = resume && existsSync(stateFile) ? JSON.parse(readFileSync(stateFile, 'utf8')) : fresh;
  const deadline = Date.now() + minutes * 60_000;
  while (state.inputs < count && Date.now() < deadline) {
    const end = state.next + Math.min(pieceSize, count - state.inputs);
    const outcome = await runPiece(state.next, end, limit);
    state.inputs += outcome.next - state.next;
    state.next = outcome.next;
    state.characters += outcome.characters;
    for (const [kind, number] of Object.entries(outcome.kinds)) state.kinds[kind] = (state.kinds[kind] ?? 0) + number;
    for (const failure of outcome.failures) {
      state.failures.push(failure);
      const text = `// seed ${failure.seed} (${failure.kind}): ${failure.problem.split('\n')[0]}\n${inputOf(failure.seed).text}`;
      writeFileSync(path.join(folder, `${failure.seed}.mfn`), text);
      process.stdout.write(`seed ${failure.seed} (${failure.kind}): ${failure.problem}\n`);
    }
    writeFileSync(stateFile, `${JSON.stringify(state, undefined, 2)}\n`);
    process.stdout.write(`${state.inputs} inputs, ${state.failures.length} failing\n`);
  }
  const kinds = Object.entries(state.kinds).map(([kind, number]) => `  ${number} ${kind}`);
  process.stdout.write(`${state.inputs} inputs of ${(state.characters / 1e6).toFixed(1)} million characters:\n${kinds.join('\n')}\n`);
  process.stdout.write(`${state.failures.length} failing${state.failures.length > 0 ? `, in ${folder}` : ''}\n`);
  return state.failures.length > 0 ? 1 : 0;
}

try {
  process.exitCode = await run();
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : error}\n${usage}\n`);
  process.exitCode = 2;
}
