import type { Colors } from './colors.js';

/** Most lines shown of either side. */
const most = 3;

/** The first lines in which two texts differ, with their number and the line before them, as a diff shows them. */
export function firstDifference(before: string, after: string, colors: Colors): string {
  const [old, wanted] = [before, after].map((text) => text.split(/\r\n|\n|\r/));
  if (!old || !wanted) return '';
  const first = old.findIndex((line, i) => line !== wanted[i]);
  // Where no line differs, the line ends do.
  if (first < 0 && old.length === wanted.length) {
    const sides = [colors.red('- lines end in \\r\\n'), colors.green('+ lines end in \\n')];
    return sides.map((side) => `  ${side}\n`).join('');
  }
  const start = first < 0 ? old.length : first;
  let end = 0;
  while (end < Math.min(old.length, wanted.length) - start && old.at(-1 - end) === wanted.at(-1 - end)) end++;
  const shown = (lines: readonly string[]): readonly string[] => lines.slice(start, Math.min(start + most, lines.length - end));
  const printable = (line: string): string => line.replaceAll('\t', '    ').replace(/[\p{Control}\u2028\u2029]/gu, '\ufffd');
  return [
    `  ${colors.dim(`@@ line ${start + 1} @@`)}\n`,
    ...shown(old).map((line) => `  ${colors.red(`- ${printable(line)}`)}\n`),
    ...shown(wanted).map((line) => `  ${colors.green(`+ ${printable(line)}`)}\n`),
  ].join('');
}
