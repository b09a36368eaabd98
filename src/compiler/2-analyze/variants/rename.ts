import type { Name } from '../../1-parse/ast.js';
import type { Span } from '../../diagnostics/index.js';
import type { Changes } from './changes.js';

type Node = Readonly<Record<string, unknown>> & { readonly kind?: string };

const isNode = (value: unknown): value is Node => typeof value === 'object' && value !== null;

const isName = (value: unknown): value is Name => isNode(value) && typeof value.text === 'string' && isNode(value.span);

/** The names that a declaration, or a stage, gives to values inside it: parameters, ports, weights, `let`s, targets, losses, streams. */
export function namesBoundIn(tree: unknown, found: Set<string> = new Set()): Set<string> {
  if (Array.isArray(tree)) for (const item of tree) namesBoundIn(item, found);
  else if (isNode(tree)) {
    for (const name of declaredNames(tree)) found.add(name.text);
    if (Array.isArray(tree.parameters)) for (const parameter of tree.parameters) if (isName(parameter.name)) found.add(parameter.name.text);
    for (const list of [tree.body, tree.items, tree.streams]) namesBoundIn(list, found);
  }
  return found;
}

/** The names that one statement or stream declares. */
function declaredNames(node: Node): readonly Name[] {
  switch (node.kind) {
    case 'port':
    case 'weight':
    case 'statistic':
    case 'let':
    case 'log':
      return [node.name as Name];
    case 'assign':
      return [node.target as Name];
    case 'minimize':
      return [node.loss as Name];
    case 'for':
      return [node.variable as Name];
    case 'pair':
    case 'unpaired':
      return node.names as readonly Name[];
    default:
      return [];
  }
}

/** The field that holds the name that a node declares. */
const declaringFields: Readonly<Record<string, string>> = {
  port: 'name',
  weight: 'name',
  statistic: 'name',
  let: 'name',
  log: 'name',
  assign: 'target',
  minimize: 'loss',
  block: 'name',
  model: 'name',
  function: 'name',
  namespace: 'name',
};

/** Fields that hold lists of names, each of which refers to something. */
const referringFields: Readonly<Record<string, string>> = { frozen: 'names', minimize: 'over' };

/** Renames what is called `from` in these trees, and all that refers to it; where another thing of that name hides it, nothing changes. */
export function renameWithin(changes: Changes, trees: readonly unknown[], from: string, to: string, span: Span): void {
  for (const tree of trees) visit(tree);

  function visit(tree: unknown): void {
    if (Array.isArray(tree)) for (const item of tree) visit(item);
    else if (isNode(tree)) visitNode(tree);
  }

  function visitNode(node: Node): void {
    if (node.kind === 'function' && namesBoundIn(node).has(from)) return;
    const declaring = declaringFields[node.kind ?? ''];
    const declared = declaring === undefined ? undefined : node[declaring];
    if (declaring !== undefined && isName(declared) && declared.text === from) changes.field(node, declaring, { text: to, span });
    if (node.kind === 'name' && isName(node.name) && node.name.text === from) changes.field(node, 'name', { ...node.name, text: to });
    if (node.kind === 'training' && isName(node.model) && node.model.text === from)
      changes.field(node, 'model', { ...node.model, text: to });
    if (node.kind === 'update' && isName(node.target) && node.target.text === from)
      changes.field(node, 'target', { ...node.target, text: to });
    const referring = node[referringFields[node.kind ?? ''] ?? ''];
    if (Array.isArray(referring)) for (const name of referring) if (name.text === from) changes.replace(name, [{ ...name, text: to }]);
    for (const [key, value] of Object.entries(node)) {
      if (key === 'span' || (key === 'body' && hides(node))) continue;
      visit(value);
    }
  }

  function hides(node: Node): boolean {
    return (node.kind === 'for' || node.kind === 'comprehension') && isName(node.variable) && node.variable.text === from;
  }
}

/** Renames an argument in all calls of a block or function: `MFN(rcabs: 3)`. */
export function renameArgument(changes: Changes, tree: unknown, callee: string, from: string, to: string): void {
  if (Array.isArray(tree)) for (const item of tree) renameArgument(changes, item, callee, from, to);
  else if (isNode(tree)) {
    const called = isNode(tree.callee) && tree.callee.kind === 'name' && isName(tree.callee.name) ? tree.callee.name.text : undefined;
    if (tree.kind === 'call' && called === callee && Array.isArray(tree.arguments)) {
      for (const argument of tree.arguments) {
        if (argument.name?.text === from) changes.field(argument, 'name', { ...argument.name, text: to });
      }
    }
    for (const [key, value] of Object.entries(tree)) if (key !== 'span') renameArgument(changes, value, callee, from, to);
  }
}

/**
 * Gives the arguments of all calls that stand by their position, from one position on, the names of their parameters, so that they stay where they are meant when
 * parameters come and go.
 * @param isFunction whether what is called in a pipe takes its first argument from there
 */
export function nameArguments(
  changes: Changes,
  tree: unknown,
  callee: string,
  { parameters, from, isFunction }: { readonly parameters: readonly string[]; readonly from: number; readonly isFunction: boolean },
): void {
  visit(tree, 0);

  function visit(node: unknown, piped: number): void {
    if (Array.isArray(node)) for (const item of node) visit(item, 0);
    else if (isNode(node)) {
      const called = isNode(node.callee) && node.callee.kind === 'name' && isName(node.callee.name) ? node.callee.name.text : undefined;
      if (node.kind === 'call' && called === callee && Array.isArray(node.arguments)) nameOwn(node.arguments, piped);
      for (const [key, value] of Object.entries(node)) {
        if (key !== 'span') visit(value, node.kind === 'apply' && key === 'callee' && isFunction ? 1 : 0);
      }
    }
  }

  function nameOwn(given: readonly { readonly name?: Name; readonly span: Span }[], piped: number): void {
    for (const [i, argument] of given.filter(({ name }) => !name).entries()) {
      const parameter = parameters[i + piped];
      if (i + piped >= from && parameter !== undefined) changes.field(argument, 'name', { text: parameter, span: argument.span });
    }
  }
}
