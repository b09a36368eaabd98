import type { Statement, TypeExpression } from '../../1-parse/ast.js';
import { namesBoundIn } from '../variants/rename.js';

const names = ['B', 'H', 'W'] as const;

const found = new WeakMap<readonly Statement[], readonly (string | undefined)[]>();

/**
 * What an `image` calls its batch, its height and its width in a body, as `[B, H, W, 3]` would: names that mean nothing else there. Unlike those of a shape they demand
 * nothing of a further image, which may have another size.
 */
export function dimensionsOfImage(type: TypeExpression, body: readonly Statement[]): readonly (string | undefined)[] {
  if (type.kind !== 'named-type' || type.name.text !== 'image') return [];
  let free = found.get(body);
  if (!free) {
    const taken = namesBoundIn(body);
    free = names.map((name) => (taken.has(name) ? undefined : name));
    found.set(body, free);
  }
  return free;
}
