import type { Command } from 'commander';
import { didYouMean } from '../compiler/diagnostics/did-you-mean.js';
import { type Explanation, explanations, ranges } from '../compiler/diagnostics/explanations.js';
import { CommandFailure } from './failure.js';
import { colorsFor } from './terminal/colors.js';
import { renderExplanation, renderExplanationList } from './terminal/render-explanation.js';

export function register(program: Command): void {
  program
    .command('explain')
    .summary('print what a diagnostic means, with examples')
    .description('Prints what a diagnostic means, with an example that gives it and the example mended; without a code, the list of all.')
    .argument('[codes...]', 'codes, as MFN3002, mfn3002 or 3002')
    .option('--json', 'print as JSON')
    .addHelpText('after', '\nExamples:\n  mfnc explain MFN3002\n  mfnc explain')
    .action(explain);
}

function explain(codes: readonly string[], { json }: { readonly json?: boolean }): void {
  const chosen = codes.map(explanationOf);
  if (json === true) {
    process.stdout.write(`${JSON.stringify(codes.length === 0 ? explanations : chosen, undefined, 2)}\n`);
    return;
  }
  const colors = colorsFor(process.stdout);
  process.stdout.write(
    codes.length === 0
      ? renderExplanationList(explanations, ranges, colors)
      : chosen.map((explanation) => renderExplanation(explanation, colors)).join('\n'),
  );
}

/** @throws CommandFailure where there is no such code. */
function explanationOf(written: string): Explanation {
  const digits = /^(?:mfn)?(\d{1,4})$/i.exec(written)?.[1];
  const code = digits === undefined ? written.toUpperCase() : `MFN${digits.padStart(4, '0')}`;
  const found = explanations.find((explanation) => explanation.code === code);
  if (found) return found;
  const codes = explanations.map((explanation) => explanation.code);
  const candidates = didYouMean(code, codes);
  throw new CommandFailure(
    2,
    `there is no diagnostic ${code}`,
    candidates.length > 0 ? `did you mean ${candidates.join(' or ')}? mfnc explain lists all` : 'mfnc explain lists all',
  );
}
