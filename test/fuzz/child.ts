// Runs seeds in a process of its own, so that an input that never ends ends with it: `child.ts FIRST END LIMIT PROGRESS`, where PROGRESS is a file that holds
// the seed in work. Prints a line of JSON for each failing input and, at the end, what was done.
import { openSync, writeSync } from 'node:fs';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { problemOf, type Subject } from './check-input.js';
import { inputOf } from './inputs.js';

const [first = 0, end = 0, limit = 1000] = process.argv.slice(2, 5).map(Number);
const progress = openSync(process.argv[5] ?? '/dev/null', 'w');

/** A module of the built package, which runs without the loader's wrappers and so at the speed that users see. */
async function built<T>(file: string): Promise<T> {
  return import(pathToFileURL(path.resolve(import.meta.dirname, '../../dist', file)).href);
}

const subject: Subject = {
  ...(await built<Pick<Subject, 'analyze' | 'format' | 'verifyIR'>>('compiler/index.js')),
  ...(await built<Pick<Subject, 'renderDiagnostics'>>('cli/terminal/render-diagnostic.js')),
  ...(await built<Pick<Subject, 'toLanguageServerDiagnostics'>>('cli/language-server-diagnostics.js')),
};

function processorTime(run: () => void): number {
  const start = process.cpuUsage();
  run();
  const { user, system } = process.cpuUsage(start);
  return (user + system) / 1000;
}

/** What is wrong with an input; undefined where all is well. */
function verdictOf(text: string): string | undefined {
  let problem: string | undefined;
  const run = (): void => {
    try {
      problem = problemOf(text, subject);
    } catch (error) {
      problem = `it throws ${error instanceof Error ? error.stack : error}`;
    }
  };
  const allowed = limit * Math.max(1, text.length / 100_000);
  const time = processorTime(run);
  // Once more, as collecting garbage or compiling may have come in between.
  if (problem === undefined && time > allowed && processorTime(run) > allowed)
    return `it takes ${time.toFixed(0)} ms for ${text.length} characters`;
  return problem;
}

const kinds: Record<string, number> = {};
let characters = 0;
for (let seed = first; seed < end; seed++) {
  writeSync(progress, String(seed).padStart(12), 0);
  const { kind, text } = inputOf(seed);
  const problem = verdictOf(text);
  kinds[kind] = (kinds[kind] ?? 0) + 1;
  characters += text.length;
  if (problem !== undefined) process.stdout.write(`${JSON.stringify({ seed, kind, problem })}\n`);
}
process.stdout.write(`${JSON.stringify({ kinds, characters })}\n`);
