import type { SetEdit } from '../../1-parse/ast.js';
import { parseOverride } from '../../1-parse/index.js';
import type { Diagnostic } from '../../diagnostics/index.js';
import type { ParameterValue } from '../../ir/ir.js';

/** Assignments from outside the sources, with the text that messages point into. */
export interface OverrideSource {
  /** What messages call the text: `--set`, `run.yaml`. */
  readonly file: string;
  readonly text: string;
  readonly edits: readonly SetEdit[];
  /** Mistakes of syntax. */
  readonly diagnostics: readonly Diagnostic[];
}

/** Assignments `PATH=EXPRESSION`, each a line of the text that messages show. */
export function overridesFrom(file: string, assignments: readonly string[]): OverrideSource {
  const lines = assignments.map((assignment) => assignment.replace(/\s+/g, ' '));
  const edits: SetEdit[] = [];
  const diagnostics: Diagnostic[] = [];
  let offset = 0;
  for (const line of lines) {
    const parsed = parseOverride(file, withPatch(line), offset);
    if (parsed.edit) edits.push(parsed.edit);
    diagnostics.push(...parsed.diagnostics);
    offset += line.length + 1;
  }
  return { file, text: lines.join('\n'), edits, diagnostics };
}

/** A patch may be given as sizes are in all commands: `training.patch=48x48` is `training.patch=[48,48]`. */
function withPatch(line: string): string {
  const [, start, height, width] = /^(\s*(?:\w+\s*\.\s*)*patch\s*=\s*)(\d+)\s*[x\u00d7]\s*(\d+)\s*$/.exec(line) ?? [];
  return start === undefined ? line : `${start}[${height},${width}]`;
}

/** Values by name path as assignments: `{ 'refinement.lambda': 0 }` is `training.refinement.lambda = 0`. */
export function assignmentsOf(values: Readonly<Record<string, ParameterValue>>, prefix = ''): string[] {
  return Object.entries(values).map(([path, value]) => `${path.startsWith(prefix) ? path : prefix + path} = ${expressionText(value)}`);
}

/** A value as source text. */
export function expressionText(value: ParameterValue): string {
  if (typeof value === 'string') return JSON.stringify(value);
  return typeof value === 'object' ? `[${value.map(expressionText).join(', ')}]` : String(value);
}
