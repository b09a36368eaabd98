import type { Expression, PipeStage } from '../../1-parse/ast.js';
import type { Span } from '../../diagnostics/index.js';

type Fields = Readonly<Record<string, unknown>>;

/**
 * What is to become of the nodes of a source tree. Nodes are told apart by identity, so one set of changes is for one tree;
 * `apply` makes a new tree, which shares what did not change with the old one.
 */
export class Changes {
  private readonly replaced = new Map<object, readonly object[]>();
  private readonly before = new Map<object, object[]>();
  private readonly after = new Map<object, object[]>();
  private readonly fields = new Map<object, Record<string, unknown>>();
  private readonly appended = new Map<object, Map<string, object[]>>();

  /** Puts others in the place of a node; none removes it from its list. */
  replace(node: object, others: readonly object[]): void {
    this.replaced.set(node, others);
  }

  insert(where: 'before' | 'after', node: object, others: readonly object[]): void {
    const inserted = where === 'before' ? this.before : this.after;
    inserted.set(node, [...(inserted.get(node) ?? []), ...others]);
  }

  /** Gives a field of a node another value; undefined removes the field. */
  field(node: object, name: string, value: unknown): void {
    this.fields.set(node, { ...this.fields.get(node), [name]: value });
  }

  /** What has been put at the end of a list of a node. */
  appendedTo(node: object, list: string): readonly object[] {
    return this.appended.get(node)?.get(list) ?? [];
  }

  append(node: object, list: string, other: object): void {
    const lists = this.appended.get(node) ?? new Map<string, object[]>();
    lists.set(list, [...(lists.get(list) ?? []), other]);
    this.appended.set(node, lists);
  }

  /** Puts another thing in the place of one that was appended to a list. */
  replaceAppended(node: object, list: string, item: object, other: object): void {
    const items = this.appended.get(node)?.get(list);
    const index = items?.indexOf(item) ?? -1;
    if (items && index >= 0) items[index] = other;
  }

  /** The tree as changed. */
  apply<T extends object>(tree: T): T {
    return this.rewriteNode(tree) as T;
  }

  private rewrite(value: unknown): unknown {
    if (Array.isArray(value)) return this.rewriteList(value);
    if (typeof value !== 'object' || value === null) return value;
    const [first] = this.replaced.get(value) ?? [];
    return first ?? this.rewriteNode(value);
  }

  private rewriteList(items: readonly unknown[]): readonly unknown[] {
    const rewritten = items.flatMap((item) => (typeof item === 'object' && item !== null ? this.rewriteItem(item) : [item]));
    const isSame = rewritten.length === items.length && rewritten.every((item, i) => item === items[i]);
    return isSame ? items : rewritten;
  }

  private rewriteItem(item: object): unknown[] {
    const middle = this.replaced.get(item) ?? [this.rewrite(item)];
    return [...(this.before.get(item) ?? []), ...middle.filter((node) => !isEmptied(item, node)), ...(this.after.get(item) ?? [])];
  }

  private rewriteNode(node: object): object {
    if ('kind' in node && node.kind === 'pipe') return this.rewritePipe(node as Expression & { kind: 'pipe' });
    const fields = this.fields.get(node) ?? {};
    const lists = this.appended.get(node) ?? new Map<string, object[]>();
    const result: Record<string, unknown> = {};
    let isSame = true;
    for (const [key, value] of Object.entries({ ...node, ...fields })) {
      if (value === undefined) {
        isSame = false;
        continue;
      }
      const rewritten = key === 'span' ? value : key in fields ? value : this.rewrite(value);
      result[key] = lists.has(key) && Array.isArray(rewritten) ? [...rewritten, ...(lists.get(key) ?? [])] : rewritten;
      isSame &&= result[key] === (node as Fields)[key];
    }
    return isSame ? node : result;
  }

  /** The links of a pipe nest from the inside out; they are changed as the list that the reader sees. */
  private rewritePipe(pipe: Expression & { kind: 'pipe' }): Expression {
    const spans = new Map<object, Span>();
    const stages: PipeStage[] = [];
    let head: Expression = pipe;
    while (head.kind === 'pipe' && !this.replaced.has(head)) {
      spans.set(head.stage, head.span);
      stages.unshift(head.stage);
      head = head.input;
    }
    let result = this.rewrite(head) as Expression;
    let isSame = result === head;
    for (const stage of stages) {
      const items = this.rewriteItem(stage) as PipeStage[];
      isSame &&= items.length === 1 && items[0] === stage;
      for (const item of items) {
        const span = item.span === stage.span ? (spans.get(stage) ?? stage.span) : item.span;
        result = { kind: 'pipe', input: result, stage: item, span };
      }
    }
    return isSame ? pipe : result;
  }
}

/** Whether a node says nothing any more as all that stood in its list has been removed: a loop, `frozen`, an import, a stream. */
function isEmptied(before: unknown, after: unknown): boolean {
  if (before === after) return false;
  return ['body', 'names'].some((list) => lengthOf(before, list) > 0 && lengthOf(after, list) === 0 && !isDeclaration(after));
}

function isDeclaration(node: unknown): boolean {
  return typeof node === 'object' && node !== null && 'name' in node;
}

function lengthOf(node: unknown, list: string): number {
  const items = typeof node === 'object' && node !== null ? (node as Fields)[list] : undefined;
  return Array.isArray(items) ? items.length : -1;
}
