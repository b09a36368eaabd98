import type { Example, Explanation } from '../../compiler/diagnostics/explanations.js';
import type { Colors } from './colors.js';
import { displayWidth } from './table.js';

const lineWidth = 100;

/** The page of a diagnostic: its code and title, its message, what it means, the failing and the mended example. */
export function renderExplanation({ code, severity, title, message, explanation, wrong, right }: Explanation, colors: Colors): string {
  const paint = severity === 'error' ? colors.red : colors.yellow;
  const heading = `${paint(colors.bold(`${severity} ${code}`))}: ${colors.bold(title)}`;
  const example = (name: string, { kind, text }: Example): string => {
    const lines = text === '' ? ['(an empty file)'] : text.trimEnd().split('\n');
    const prompt = kind === 'command' ? '$ ' : '';
    return `${name}:\n\n${lines.map((line) => `    ${colors.cyan(prompt + clip(line))}`.trimEnd()).join('\n')}`;
  };
  const parts = [heading, `  ${message}`, wrap(explanation), example('Wrong', wrong), example('Mended', right)];
  return `${parts.join('\n\n')}\n`;
}

/** All diagnostics with their messages, a paragraph a range of codes. */
export function renderExplanationList(explanations: readonly Explanation[], ranges: readonly string[], colors: Colors): string {
  const paragraphs = ranges.map((about, digit) => {
    const own = explanations.filter(({ code }) => code[3] === String(digit));
    const lines = own.map(({ code, severity, message }) => {
      const paint = severity === 'error' ? colors.red : colors.yellow;
      return `  ${paint(code)}  ${severity.padEnd('warning'.length)}  ${message}`;
    });
    return [colors.bold(`MFN${digit}xxx: ${about}`), ...lines].join('\n');
  });
  return `${paragraphs.join('\n\n')}\n\nmfnc explain CODE prints the page of one, with examples.\n`;
}

/** Fills lines up to the width; the line breaks of the text within a paragraph mean nothing, an empty line ends it. */
function wrap(text: string): string {
  const paragraphs = text.split(/\n\s*\n/).map((paragraph) => {
    const lines: string[] = [];
    let line = '';
    for (const word of paragraph.split(/\s+/)) {
      if (line !== '' && displayWidth(line) + 1 + displayWidth(word) > lineWidth) {
        lines.push(line);
        line = word;
      } else line = line === '' ? word : `${line} ${word}`;
    }
    return [...lines, line].join('\n');
  });
  return paragraphs.join('\n\n');
}

/** Lines of examples that show a limit are longer than anybody wants to read. */
function clip(line: string): string {
  return line.length > lineWidth ? `${line.slice(0, lineWidth - 1)}…` : line;
}
