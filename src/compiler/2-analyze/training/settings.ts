import { didYouMean, report, type Span } from '../../diagnostics/index.js';
import type { ParameterValue } from '../../ir/ir.js';
import { type Context, fail } from '../elaborate/context.js';
import { describe, errorValue, float, fromParameterValue, toParameterValue, type Value } from '../elaborate/values.js';

const kindNames: Partial<Record<Value['kind'], string>> = {
  number: 'a number',
  boolean: 'true or false',
  string: 'a string',
  list: 'a list',
  range: 'a list',
};

/** The settings of a training: their values as the source gives them, and what an override makes of them. */
export class Settings {
  /** Values by name path, for the IR. */
  readonly values: Record<string, ParameterValue> = {};
  private readonly overrides: Map<string, ParameterValue>;
  private readonly known = new Set<string>();

  /** @param overrides by name path; a leading `training.` may be left out. */
  constructor(overrides: Readonly<Record<string, ParameterValue>>) {
    this.overrides = new Map(Object.entries(overrides).map(([name, value]) => [name.replace(/^training\./, ''), value]));
  }

  /** Whether an override for the setting is given. */
  has(path: string): boolean {
    return this.overrides.has(path);
  }

  /** The value of a setting: that of the source, unless an override of the same type is given. */
  resolve(context: Context, path: string, given: Value, span: Span): Value {
    const value = this.override(context, path, given, span);
    this.record(path, value);
    return value;
  }

  /** Remembers a setting and its value. */
  record(path: string, value: Value | ParameterValue): void {
    this.known.add(path);
    const data = typeof value === 'object' && 'kind' in value ? toParameterValue(value) : value;
    if (data !== undefined) this.values[path] = data;
  }

  /** Reports the overrides that belong to no setting. */
  finish(context: Context, span: Span): void {
    for (const name of this.overrides.keys()) {
      if (!this.known.has(name)) fail(context, report.unknownSettingOverride({ span, name, candidates: didYouMean(name, this.known) }));
    }
  }

  /** Names that may be overridden even where the source does not mention them. */
  allow(path: string): void {
    this.known.add(path);
  }

  private override(context: Context, path: string, given: Value, span: Span): Value {
    const data = this.overrides.get(path);
    if (data === undefined) return given;
    const value = fromParameterValue(data);
    if (given.kind === 'number' && value.kind === 'number') return given.integer && value.integer ? value : float(value.value);
    if (given.kind === 'error' || given.kind === value.kind || (given.kind === 'range' && value.kind === 'list')) return value;
    fail(context, report.invalidOverride({ span, name: path, expected: kindNames[given.kind] ?? describe(given), found: describe(value) }));
    return errorValue;
  }
}
