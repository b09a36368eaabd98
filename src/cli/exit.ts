import { CommandFailure } from './failure.js';
import { colorsFor } from './terminal/colors.js';

const request = 'please report this with the command and its input';

/** Prints why a command failed (one line, a hint where there is one) and gives the exit code. Never prints a stack trace unless MFNC_DEBUG=1. */
export function reportFailure(error: unknown, stream: NodeJS.WriteStream = process.stderr): number {
  const colors = colorsFor(stream);
  const debug = process.env.MFNC_DEBUG === '1';
  if (error instanceof CommandFailure) {
    if (error.message !== '') stream.write(`${colors.red('error')}: ${printable(error.message)}\n`);
    if (error.hint !== undefined) stream.write(`  ${colors.green('hint')}: ${error.hint}\n`);
    if (debug && error.stack !== undefined) stream.write(`${error.stack}\n`);
    return error.exitCode;
  }
  const message = error instanceof Error ? error.message : String(error);
  const firstLine = message.split('\n')[0] ?? '';
  stream.write(`${colors.red('internal error')}: ${firstLine} (${request}; MFNC_DEBUG=1 shows where)\n`);
  if (debug && error instanceof Error && error.stack !== undefined) stream.write(`${error.stack}\n`);
  return 1;
}

/** Names from files must not steer the terminal. */
function printable(text: string): string {
  return text.replace(/[^\P{Control}\n\t]/gu, '\ufffd');
}
