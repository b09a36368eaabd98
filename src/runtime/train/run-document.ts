import { type Document, isMap, isNode, isScalar, LineCounter, parseDocument } from 'yaml';
import { inputFailure, readText } from '../files/index.js';

/** Where a value of a document stands: keys and indices from the root. */
export type DocumentPath = readonly (string | number)[];

const largestDocument = 2 ** 20;

/** A YAML document that knows the place of each of its values, also of those that `--set` has changed. */
export class RunDocument {
  /** Arguments of `--set` by the path they set, later ones last. */
  private readonly arguments: { readonly path: readonly string[]; readonly argument: string }[] = [];

  private constructor(
    readonly path: string,
    private readonly document: Document,
    private readonly lines: LineCounter,
  ) {}

  /** Reads a YAML file. @throws RuntimeFailure with line and column for mistakes of syntax, duplicate keys and unresolved tags. */
  static async read(path: string): Promise<RunDocument> {
    const text = await readText(path, largestDocument);
    const lines = new LineCounter();
    const document = parseDocument(text, { lineCounter: lines });
    const mistakes = [...document.errors, ...document.warnings];
    if (mistakes.length > 0) {
      throw inputFailure(
        mistakes
          .map(({ pos, message }) => {
            const { line, col } = lines.linePos(pos[0]);
            return `${path}:${line}:${col}: ${message.split(' at line ')[0]}`;
          })
          .join('\n'),
      );
    }
    if (!isMap(document.contents))
      throw inputFailure(
        `${path}:1:1: a run file is a mapping that starts with \`model:\`; this one ${document.contents === null ? 'is empty' : 'is not'}.`,
      );
    return new RunDocument(path, document, lines);
  }

  /**
   * Applies `a.b=c`: the value is read as YAML (`8`, `true`, `48x48`, `[3, 3]`), keys that are missing are added.
   * @throws RuntimeFailure that quotes the argument.
   */
  set(argument: string): void {
    const at = argument.indexOf('=');
    const path = argument.slice(0, Math.max(0, at)).split('.');
    if (at < 1 || path.some((key) => key === ''))
      throw inputFailure(`--set ${argument}: write it as KEY.KEY=VALUE, for example training.batch=8.`);
    const value = parseDocument(argument.slice(at + 1));
    if (value.errors.length > 0)
      throw inputFailure(`--set ${argument}: the value is not YAML: ${value.errors[0]?.message.split(' at line ')[0]}.`);
    try {
      this.document.setIn(path, this.document.createNode(value.toJS()));
    } catch {
      throw inputFailure(
        `--set ${argument}: ${path.slice(0, -1).join('.')} is a single value in ${this.path}, it has nothing inside to set.`,
      );
    }
    this.arguments.push({ path, argument });
  }

  /** The document as plain data. */
  content(): unknown {
    try {
      return this.document.toJS();
    } catch (error) {
      throw inputFailure(`${this.path}:1:1: ${error instanceof Error ? error.message : String(error)}.`);
    }
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
      if (offset !== undefined) return this.placeAt(offset);
    }
    return this.placeAt(0);
  }

  private placeAt(offset: number): string {
    const { line, col } = this.lines.linePos(offset);
    return `${this.path}:${line}:${col}`;
  }

  private offsetOf(path: DocumentPath, part: 'value' | 'key'): number | undefined {
    const value = this.document.getIn(path, true);
    if (part === 'value' && isNode(value) && value.range) return value.range[0];
    const parent = path.length === 1 ? this.document.contents : this.document.getIn(path.slice(0, -1), true);
    if (!isMap(parent)) return isNode(value) && value.range ? value.range[0] : undefined;
    const pair = parent.items.find(({ key }) => (isScalar(key) ? String(key.value) : String(key)) === String(path.at(-1)));
    return isNode(pair?.key) ? pair.key.range?.[0] : undefined;
  }
}
