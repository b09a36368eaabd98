import type { Command } from 'commander';
import { registerCheck } from './data-check.js';
import { registerDarken } from './data-darken.js';

export function register(program: Command): void {
  const data = program
    .command('data')
    .summary('check and prepare photographs for a training')
    .description('Checks the photographs of a training, and makes pairs of dark and normal ones.')
    .addHelpText(
      'after',
      [
        '',
        'Examples:',
        '  mfnc data check --low photos/low --normal photos/normal',
        '  mfnc data check run.yaml',
        '  mfnc data darken photographs -o pairs',
        '',
        'mfnc data COMMAND --help says more about each command.',
      ].join('\n'),
    );
  registerCheck(data);
  registerDarken(data);
}
