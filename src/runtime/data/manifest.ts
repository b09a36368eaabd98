import { dirname, extname, resolve } from 'node:path';
import { isNode } from 'yaml';
import { inputFailure, readText } from '../files/index.js';
import { parseYAML } from '../files/yaml.js';
import { stemOf } from './list-images.js';
import type { Pair } from './pairs.js';

const largestManifest = 64 * 2 ** 20;

/**
 * Reads a list of pairs from a file: CSV whose first line names the roles (`low,normal`), or YAML or JSON with a list of mappings
 * (`- { low: a.png, normal: b.png }`). Paths are relative to the manifest.
 * @throws RuntimeFailure with line and column.
 */
export async function readManifest(path: string, roles: readonly string[]): Promise<Pair[]> {
  const text = await readText(path, largestManifest);
  const rows = extname(path).toLowerCase() === '.csv' ? readRows(path, text) : readList(path, text);
  const pairs = rows.map(({ place, entry }) => toPair(place, entry, roles, dirname(path)));
  if (pairs.length === 0) throw inputFailure(`${path}:1:1: lists no pairs.`);
  return pairs;
}

/** Makes a pair of a mapping from roles to files. `place` starts messages. @throws RuntimeFailure */
export function toPair(place: string, entry: unknown, roles: readonly string[], base: string): Pair {
  if (typeof entry !== 'object' || entry === null)
    throw inputFailure(`${place}: a pair is a mapping { ${roles.map((role) => `${role}: FILE`).join(', ')} }.`);
  const files: Record<string, string> = {};
  for (const role of roles) {
    const file = (entry as Record<string, unknown>)[role];
    if (typeof file !== 'string' || file === '') throw inputFailure(`${place}: the pair has no file for ${role}.`);
    files[role] = resolve(base, file);
  }
  const surplus = Object.keys(entry).find((key) => !roles.includes(key));
  if (surplus !== undefined) throw inputFailure(`${place}: the model has no role ${surplus}; a pair has ${roles.join(' and ')}.`);
  return { name: stemOf(files[roles[0] as string] as string), files };
}

interface Row {
  /** path:line:column */
  readonly place: string;
  readonly entry: unknown;
}

function readList(path: string, text: string): Row[] {
  const { document, placeAt, content: read } = parseYAML(path, text);
  const content = read();
  if (!Array.isArray(content)) throw inputFailure(`${path}:1:1: a manifest is a list of pairs.`);
  return content.map((entry: unknown, i) => {
    const node = document.getIn([i], true);
    return { place: placeAt(isNode(node) ? (node.range?.[0] ?? 0) : 0), entry };
  });
}

function readRows(path: string, text: string): Row[] {
  const lines = text.replace(/^\uFEFF/, '').split(/\r?\n/);
  const roles = splitRow(path, 1, lines[0] ?? '');
  return lines.flatMap((line, i) => {
    if (i === 0 || line.trim() === '') return [];
    const cells = splitRow(path, i + 1, line);
    if (cells.length !== roles.length)
      throw inputFailure(`${path}:${i + 1}:1: has ${cells.length} columns, the first line names ${roles.length}.`);
    return [{ place: `${path}:${i + 1}:1`, entry: Object.fromEntries(roles.map((role, k) => [role, cells[k]])) }];
  });
}

/** Splits a line of CSV as RFC 4180 says, except that a quoted cell ends on its line. */
function splitRow(path: string, number: number, line: string): string[] {
  const cells: string[] = [];
  const pattern = /\s*(?:"((?:[^"]|"")*)"|([^",]*))\s*(,|$)/y;
  while (true) {
    const at = pattern.lastIndex;
    const match = pattern.exec(line);
    if (match === null) throw inputFailure(`${path}:${number}:${at + 1}: a quote is not closed.`);
    cells.push(match[1]?.replaceAll('""', '"') ?? (match[2] ?? '').trim());
    if (match[3] === '') return cells;
  }
}
