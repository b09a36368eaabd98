import { isCollection, isMap, isNode, isScalar } from 'yaml';
import type { Span } from '../../../compiler/diagnostics/index.js';
import { inputFailure, readText } from '../../files/index.js';
import { parseYAML, type YAMLText } from '../../files/yaml.js';

/** Where a value of a document stands: keys and indices from the root. */
export type DocumentPath = readonly (string | number)[];

const largestDocument = 2 ** 20;

/** A YAML document that knows the place of each of its values, also of those that `--set` has changed. */
export class RunDocument {
  /** Arguments of `--set` by the path they set, later ones last. */
  private readonly arguments: { readonly path: readonly string[]; readonly argument: string }[] = [];

  private constructor(
    readonly path: string,
    readonly text: string,
    private readonly yaml: YAMLText,
  ) {}

  /**
   * Reads a YAML file.
   * @param expected what the file should be, for the message that it is no mapping.
   * @throws RuntimeFailure with line and column for the first mistake of syntax.
   */
  static async read(path: string, expected = 'a run file is a mapping that starts with `model:`'): Promise<RunDocument> {
    const text = await readText(path, largestDocument);
    const yaml = parseYAML(path, text);
    const { contents } = yaml.document;
    if (!isMap(contents)) throw inputFailure(`${path}:1:1: ${expected}; this one ${contents === null ? 'is empty' : 'is not'}.`);
    return new RunDocument(path, text, yaml);
  }

  /**
   * Applies `a.b=c`: the value is read as YAML (`8`, `true`, `48x48`, `[3, 3]`), keys that are missing are added.
   * @throws RuntimeFailure that quotes the argument.
   */
  set(argument: string): void {
    const at = argument.indexOf('=');
    const path = argument.slice(0, Math.max(0, at)).split('.');
    if (at < 1 || path.some((key) => key === ''))
      throw inputFailure(`--set ${argument}: write it as KEY.KEY=VALUE, for example samples.count=8.`);
    const value = valueIn(argument, at);
    const closed = path.findIndex((_, i) => i > 0 && this.isSingleValue(path.slice(0, i)));
    if (closed > 0)
      throw inputFailure(
        `--set ${argument}: ${path.slice(0, closed).join('.')} is a single value in ${this.path}, it has nothing inside to set.`,
      );
    // A key without a value, as `training:`, gets a mapping.
    for (let i = 1; i < path.length; i++) {
      const inner = this.yaml.document.getIn(path.slice(0, i));
      if (inner === null) this.yaml.document.setIn(path.slice(0, i), this.yaml.document.createNode({}));
    }
    this.yaml.document.setIn(path, this.yaml.document.createNode(value));
    this.arguments.push({ path, argument });
  }

  /** The document as plain data. @throws RuntimeFailure */
  content(): unknown {
    return this.yaml.content();
  }

  /**
   * The place of a value as messages start with it: `run.yaml:3:9`, or the `--set` argument it comes from. A path that is not there gives the place of
   * what is nearest to it.
   * @param part the value itself, or the key in front of it.
   */
  placeOf(path: DocumentPath, part: 'value' | 'key' = 'value'): string {
    const set = this.arguments.findLast(
      (entry) => entry.path.every((key, i) => key === String(path[i])) && entry.path.length <= path.length,
    );
    if (set !== undefined) return `--set ${set.argument}`;
    for (let length = path.length; length > 0; length--) {
      const offset = this.offsetOf(path.slice(0, length), length === path.length ? part : 'key');
      if (offset !== undefined) return this.yaml.placeAt(offset);
    }
    return this.yaml.placeAt(0);
  }

  /** The range of a value, or of its key, in the text. */
  spanOf(path: DocumentPath, part: 'value' | 'key'): Span {
    const value = this.yaml.document.getIn(path, true);
    if (part === 'value' && isNode(value) && value.range) return { file: this.path, start: value.range[0], end: value.range[1] };
    const start = this.offsetOf(path, 'key') ?? 0;
    const key = /^[\w.]*/.exec(this.text.slice(start));
    return { file: this.path, start, end: start + (key?.[0].length ?? 0) };
  }

  private isSingleValue(path: readonly string[]): boolean {
    const value = this.yaml.document.getIn(path);
    return value !== undefined && value !== null && !isCollection(value);
  }

  private offsetOf(path: DocumentPath, part: 'value' | 'key'): number | undefined {
    const value = this.yaml.document.getIn(path, true);
    if (part === 'value' && isNode(value) && value.range) return value.range[0];
    const parent = path.length === 1 ? this.yaml.document.contents : this.yaml.document.getIn(path.slice(0, -1), true);
    if (!isMap(parent)) return isNode(value) && value.range ? value.range[0] : undefined;
    const pair = parent.items.find(({ key }) => (isScalar(key) ? String(key.value) : String(key)) === String(path.at(-1)));
    return isNode(pair?.key) ? pair.key.range?.[0] : undefined;
  }
}

/** What stands behind the `=` of an argument of `--set`, read as YAML. */
function valueIn(argument: string, at: number): unknown {
  try {
    return parseYAML('', argument.slice(at + 1)).content();
  } catch (error) {
    const reason = error instanceof Error ? error.message.replace(/^:\d+:\d+: /, '') : String(error);
    throw inputFailure(`--set ${argument}: the value is not YAML: ${reason}`, error);
  }
}
