import type { AssignStatement, Expression } from '../../1-parse/ast.js';

const isNode = (value: unknown): value is { readonly kind: string } => typeof value === 'object' && value !== null && 'kind' in value;

/** All names that an expression or statements read. */
export function namesIn(tree: unknown, found: Set<string> = new Set()): Set<string> {
  if (Array.isArray(tree)) for (const item of tree) namesIn(item, found);
  else if (isNode(tree) && tree.kind === 'name') found.add((tree as Expression & { kind: 'name' }).name.text);
  else if (typeof tree === 'object' && tree !== null) for (const value of Object.values(tree)) namesIn(value, found);
  return found;
}

/** A place at which a member of a family is set or read: the lists of statements around it, with the position in each, and the loop variables in between. */
interface FamilyPlace {
  readonly name: string;
  readonly indices: readonly Expression[];
  readonly around: readonly { readonly list: readonly unknown[]; readonly position: number }[];
  /** Variables of loops and comprehensions, each with the depth of `around` at which it is bound. */
  readonly variables: readonly { readonly name: string; readonly depth: number }[];
}

/**
 * The families of which each turn of a loop reads only the member that it has set itself, so that a constant of the loop can take their place.
 * @param textOf the source text of an expression.
 */
export function localFamilies(body: readonly unknown[], textOf: (expression: Expression) => string): Set<string> {
  const writes: FamilyPlace[] = [];
  const reads: FamilyPlace[] = [];
  const bare = new Set<string>();
  const visit = (tree: unknown, place: Omit<FamilyPlace, 'name' | 'indices'>): void => {
    if (Array.isArray(tree)) {
      for (const item of tree) visit(item, place);
      return;
    }
    if (typeof tree !== 'object' || tree === null) return;
    let inner = place;
    if (isNode(tree) && tree.kind === 'assign') {
      const { target, indices } = tree as AssignStatement;
      if (indices.length > 0) writes.push({ ...place, name: target.text, indices });
    }
    if (isNode(tree) && tree.kind === 'name') bare.add((tree as Expression & { kind: 'name' }).name.text);
    if (isNode(tree) && tree.kind === 'index') {
      const { target, indices } = tree as Expression & { kind: 'index' };
      if (target.kind === 'name') {
        reads.push({ ...place, name: target.name.text, indices });
        visit(indices, place);
        return;
      }
    }
    if (isNode(tree) && (tree.kind === 'for' || tree.kind === 'comprehension')) {
      const { variable } = tree as unknown as { variable: { text: string } };
      inner = { ...place, variables: [...place.variables, { name: variable.text, depth: place.around.length }] };
    }
    if (isNode(tree) && tree.kind === 'for') {
      visitList((tree as unknown as { body: readonly unknown[] }).body, inner);
      visit((tree as unknown as { over: unknown }).over, place);
      return;
    }
    for (const value of Object.values(tree)) visit(value, inner);
  };
  const visitList = (list: readonly unknown[], place: Omit<FamilyPlace, 'name' | 'indices'>): void => {
    for (const [position, item] of list.entries()) visit(item, { ...place, around: [...place.around, { list, position }] });
  };
  visitList(body, { around: [], variables: [] });

  const names = new Set(writes.map(({ name }) => name));
  return new Set(
    [...names].filter((name) => {
      const [write, second] = writes.filter((place) => place.name === name);
      if (!write || second || bare.has(name) || write.around.length < 2) return false;
      const depth = write.around.length - 1;
      const home = write.around[depth];
      const bound = namesIn(write.indices);
      return reads
        .filter((read) => read.name === name)
        .every((read) => {
          const there = read.around[depth];
          const isRebound = read.variables.some((variable) => variable.depth > depth && bound.has(variable.name));
          const isSameMember = read.indices.map(textOf).join() === write.indices.map(textOf).join();
          return home && there && there.list === home.list && there.position > home.position && isSameMember && !isRebound;
        });
    }),
  );
}
