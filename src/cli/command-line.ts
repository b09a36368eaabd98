import { readFileSync } from 'node:fs';
import { Command, CommanderError } from 'commander';
import { didYouMean } from '../compiler/diagnostics/did-you-mean.js';
import { commands } from './commands.js';
import { reportFailure } from './exit.js';
import { CommandFailure } from './failure.js';
import { colorsFor } from './terminal/colors.js';

/** Runs the command line given (without node and script) and gives the exit code. */
export async function runCommandLine(args: readonly string[]): Promise<number> {
  try {
    const program = createProgram();
    const name = args[0] === 'help' ? args[1] : args[0];
    const chosen = commands.find((command) => command.name === name);
    if (chosen) (await chosen.load()).register(program);
    else addSummaries(program);
    if (name !== undefined && !name.startsWith('-') && !chosen) throw unknownCommand(name);
    if (args.length === 0) {
      program.outputHelp();
      return 0;
    }
    forbidStackTraces(program);
    await program.parseAsync([...args], { from: 'user' });
    return Number(process.exitCode ?? 0);
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
    return reportFailure(error);
  }
}

function createProgram(): Command {
  return new Command('mfnc')
    .description('Compiles, trains and runs image-restoration networks written in .mfn.')
    .version(version(), '-V, --version', 'print the version')
    .addHelpText('after', '\nExample:\n  mfnc check models/drgn.mfn\n\nmfnc COMMAND --help says more about each command.')
    .helpCommand('help [command]', 'print the help of a command')
    .showSuggestionAfterError(true);
}

/** For the list of commands in `mfnc --help`: names and summaries, without loading the commands. */
function addSummaries(program: Command): void {
  for (const { name, summary } of commands) program.command(name).summary(summary).description(summary);
}

/** Makes commander throw instead of ending the process, in the program and all its commands, and print errors as everything else does. */
function forbidStackTraces(command: Command): void {
  command.exitOverride();
  command.configureOutput({
    outputError: (text, write) => write(text.replace(/^error:/, `${colorsFor(process.stderr).red('error')}:`) + nearestChoice(text)),
  });
  for (const child of command.commands) forbidStackTraces(child);
}

/** What commander's message of a wrong choice lacks: the one that was meant. */
function nearestChoice(text: string): string {
  const [, given = '', choices = ''] = /argument '([^']*)' is invalid\. Allowed choices are (.+)\.\s*$/.exec(text) ?? [];
  const [nearest] = didYouMean(given, choices.split(', '));
  return nearest === undefined ? '' : `(Did you mean ${nearest}?)\n`;
}

function unknownCommand(name: string): CommandFailure {
  const names = commands.map((command) => command.name);
  const [nearest] = didYouMean(name, names);
  return new CommandFailure(
    2,
    `unknown command '${name}'`,
    nearest ? `did you mean mfnc ${nearest}?` : `the commands are ${names.join(', ')}`,
  );
}

function version(): string {
  const manifest: unknown = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8'));
  if (typeof manifest === 'object' && manifest !== null && 'version' in manifest) return String(manifest.version);
  return 'unknown';
}
