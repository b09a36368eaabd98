import type { BlockDeclaration, Expression, ReplaceBlockEdit, SourceFile } from '../../1-parse/ast.js';
import { type Diagnostic, report } from '../../diagnostics/index.js';
import type { Changes } from './changes.js';
import { type Place, pathOf } from './place.js';
import { namesBoundIn } from './rename.js';

/** What replacing a block asks for. */
export interface ReplacementContext {
  /** The block that a name of the file stands for, wherever it is declared. */
  blockOf(name: string): BlockDeclaration | undefined;
}

type Node = Readonly<Record<string, unknown>>;

const isNode = (value: unknown): value is Node => typeof value === 'object' && value !== null;

/**
 * Puts another block in the place of every use of one in the file. Arguments of the replacement may name parameters of the block replaced; these stand
 * for what each use gives them. The declaration, or the import, goes where nothing uses it any more.
 */
export function replaceBlock(
  edit: ReplaceBlockEdit,
  place: Place,
  file: SourceFile,
  changes: Changes,
  context: ReplacementContext,
): Diagnostic | undefined {
  const block = context.blockOf(place.name);
  const { by } = edit;
  if (by.kind === 'error') return undefined;
  const related = [{ message: `\`${pathOf(place)}\` is ${place.what}`, span: place.span }];
  if (!block)
    return report.editNotPossible({ span: edit.block.span, path: pathOf(place), what: place.what, why: 'is no block to replace', related });
  const callee = by.kind === 'call' ? by.callee : by;
  if (callee.kind !== 'name')
    return report.editNotPossible({
      span: by.span,
      path: place.name,
      what: place.what,
      why: 'is replaced by a block with its arguments, as `Plain(width)`',
      related,
    });
  const free = freeNames(by, new Set(block.parameters.map(({ name }) => name.text)));
  for (const item of file.items) {
    if (item.kind === 'import' || item === block) continue;
    const uses = usesOf(place.name, item);
    const captured = uses.length > 0 ? [...namesBoundIn(item)].find((name) => free.has(name)) : undefined;
    if (captured !== undefined) {
      const [first] = uses;
      const inside = first
        ? [{ message: `\`${place.name}\` is used here, where \`${captured}\` is something else`, span: first.span }]
        : [];
      return report.capturedName({ span: by.span, name: captured, related: inside });
    }
    for (const use of uses) changes.replace(use, [instantiate(by, block, use)]);
  }
  if (!freeNames(by, new Set()).has(place.name) && place.node) changes.replace(place.node, []);
  return undefined;
}

/** The outermost expressions that use a block: its calls, and its name where it is applied without arguments. */
function usesOf(name: string, tree: unknown): Expression[] {
  if (Array.isArray(tree)) return tree.flatMap((item) => usesOf(name, item));
  if (!isNode(tree)) return [];
  const expression = tree as unknown as Expression;
  const isBlock = (inner: Expression): boolean => inner.kind === 'name' && inner.name.text === name;
  if (expression.kind === 'name') return isBlock(expression) ? [expression] : [];
  if (expression.kind === 'call' && isBlock(expression.callee)) return [expression];
  return Object.entries(tree).flatMap(([key, value]) => (key === 'span' ? [] : usesOf(name, value)));
}

/** The replacement with what one use of the block gives its parameters. */
function instantiate(by: Expression, block: BlockDeclaration, use: Expression): Expression {
  const given = use.kind === 'call' ? use.arguments : [];
  const positional = given.filter((argument) => !argument.name);
  const values = new Map<string, Expression>();
  for (const [i, { name, default: preset }] of block.parameters.entries()) {
    const value = given.find((argument) => argument.name?.text === name.text)?.value ?? positional[i]?.value;
    // A default may speak of the parameters before it; what the use gives is written in the words of the user.
    if (value ?? preset) values.set(name.text, value ?? (substitute(preset, values) as Expression));
  }
  return substitute(by, values) as Expression;
}

/** A copy of a tree in which names stand for expressions. */
function substitute(tree: unknown, values: ReadonlyMap<string, Expression>): unknown {
  if (Array.isArray(tree)) return tree.map((item) => substitute(item, values));
  if (!isNode(tree)) return tree;
  if (tree.kind === 'name') {
    const value = values.get((tree as unknown as Expression & { kind: 'name' }).name.text);
    if (value) return structuredClone(value);
  }
  return Object.fromEntries(Object.entries(tree).map(([key, value]) => [key, key === 'span' ? value : substitute(value, values)]));
}

/** Names that an expression takes from around it. */
function freeNames(tree: unknown, bound: ReadonlySet<string>, found: Set<string> = new Set()): Set<string> {
  if (Array.isArray(tree)) for (const item of tree) freeNames(item, bound, found);
  else if (isNode(tree)) {
    const { name } = tree as unknown as { name?: { text: string } };
    if (tree.kind === 'name' && name && !bound.has(name.text)) found.add(name.text);
    for (const [key, value] of Object.entries(tree)) if (key !== 'span' && key !== 'name') freeNames(value, bound, found);
  }
  return found;
}
