import { readFileSync, writeFileSync } from 'node:fs';

/** A text as the inside of a template literal; lines end in LF whatever the file has. */
export const templateText = (text) =>
  text.replaceAll('\r\n', '\n').replaceAll('\\', '\\\\').replaceAll('`', '\\`').replaceAll('${', '\\${');

/** Writes a generated source where it differs from what is there; with `check` it throws `outOfDate` instead. */
export function writeGenerated(target, text, { check, outOfDate }) {
  let current = '';
  try {
    current = readFileSync(target, 'utf8');
  } catch {
    current = '';
  }
  if (current === text) return;
  if (check) throw new Error(outOfDate);
  writeFileSync(target, text);
}
