#!/usr/bin/env node
import { setFlagsFromString } from 'node:v8';
import { runCommandLine } from './command-line.js';
import { reportFailure } from './exit.js';

// A command takes a fifth of a second, of which V8 11 (Node 20) spends a third on optimising functions that have soon run for the last time: with this, they have
// to run ten times longer before it does. Later versions of V8 know a cheaper way to optimise, and it changes nothing there.
setFlagsFromString('--interrupt-budget=600000');

for (const event of ['uncaughtException', 'unhandledRejection'] as const) {
  process.on(event, (error: unknown) => process.exit(reportFailure(error)));
}
// A reader that has seen enough (`mfnc inspect ... | head`) closes the pipe; that is no failure of ours.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') process.exit(0);
  throw error;
});

process.exitCode = await runCommandLine(process.argv.slice(2));
