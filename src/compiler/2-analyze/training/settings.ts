import type { LetStatement, StageDeclaration, TrainingDeclaration } from '../../1-parse/ast.js';
import type { ParameterValue } from '../../ir/ir.js';
import { toParameterValue, type Value } from '../elaborate/values.js';

/** The settings of a training by name path, with their values, for the IR. */
export class Settings {
  readonly values: Record<string, ParameterValue> = {};
  /** Paths of `let`s, which take precedence over what is built in. */
  private readonly declared: ReadonlySet<string>;

  constructor({ items }: TrainingDeclaration) {
    const letsOf = (list: readonly { readonly kind: string }[], prefix: string): string[] =>
      list.filter((item): item is LetStatement => item.kind === 'let').map((item) => prefix + item.name.text);
    const stages = items.filter((item): item is StageDeclaration => item.kind === 'stage');
    this.declared = new Set([...letsOf(items, ''), ...stages.flatMap(({ name, body }) => letsOf(body, `${name.text}.`))]);
  }

  /** Remembers a setting and its value. */
  record(path: string, value: Value | ParameterValue): void {
    const data = typeof value === 'object' && 'kind' in value ? toParameterValue(value) : value;
    if (data !== undefined) this.values[path] = data;
  }

  /**
   * Remembers what the language itself calls a setting: `rate`, or `adam.rate` where a `let` of the training has that name.
   * @param owner '' for the training, `stage.` for a stage
   * @param section what it stands in, `adam` or `data`
   */
  recordBuiltIn(owner: string, section: string, name: string, value: Value | ParameterValue): void {
    this.record(this.declared.has(owner + name) ? `${owner}${section}.${name}` : owner + name, value);
  }
}
