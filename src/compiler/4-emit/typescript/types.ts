/** What the translation knows of a value: enough to choose between JavaScript's operators and those of tfjs, and to write TypeScript's types. */
export type Type =
  | { readonly kind: 'number' | 'boolean' | 'string' | 'unknown' }
  | { readonly kind: 'list'; readonly element: Type }
  /** Without a rank where it differs between uses or is not known. */
  | { readonly kind: 'tensor'; readonly rank?: number }
  | { readonly kind: 'instance'; readonly inputs: readonly Type[]; readonly output: Type }
  /** Results of a block with several `out` ports. */
  | { readonly kind: 'outputs'; readonly members: Readonly<Record<string, Type>> };

export const unknown: Type = { kind: 'unknown' };
export const number: Type = { kind: 'number' };
export const boolean: Type = { kind: 'boolean' };
export const string: Type = { kind: 'string' };
export const listOf = (element: Type): Type => ({ kind: 'list', element });
export const tensor = (rank?: number): Type => (rank === undefined ? { kind: 'tensor' } : { kind: 'tensor', rank });

/** Whether a value is a tensor, or a list that becomes one where a tensor is wanted. */
export function isTensorLike(type: Type): boolean {
  return type.kind === 'tensor' || (type.kind === 'list' && isTensorLike(type.element));
}

export const rankOf = (type: Type): number | undefined => (type.kind === 'tensor' ? type.rank : type.kind === 'number' ? 0 : undefined);

/** The type of a value that is of one type or the other. */
export function join(a: Type, b: Type): Type {
  if (a.kind === 'unknown') return b;
  if (b.kind === 'unknown') return a;
  if (a.kind === 'list' && b.kind === 'list') return listOf(join(a.element, b.element));
  if (a.kind === 'instance' && b.kind === 'instance') {
    return { kind: 'instance', inputs: a.inputs.map((input, i) => join(input, b.inputs[i] ?? unknown)), output: join(a.output, b.output) };
  }
  if (a.kind === b.kind && a.kind !== 'tensor') return a;
  if (!isTensorLike(a) && !isTensorLike(b)) return unknown;
  const ranks = [a, b].map((type) => (type.kind === 'list' ? rankOf(type.element) : rankOf(type)));
  return ranks[0] === ranks[1] ? tensor(ranks[0]) : tensor();
}

/** The rank of the result of an element-wise operator. */
export function broadcastRank(a: Type, b: Type): number | undefined {
  const [left, right] = [rankOf(a), rankOf(b)];
  return left === undefined || right === undefined ? undefined : Math.max(left, right);
}

const tensorNames = ['tf.Scalar', 'tf.Tensor1D', 'tf.Tensor2D', 'tf.Tensor3D', 'tf.Tensor4D', 'tf.Tensor5D'];

/** A type as TypeScript writes it. */
export function typeText(type: Type): string {
  switch (type.kind) {
    case 'tensor':
      return (type.rank === undefined ? undefined : tensorNames[type.rank]) ?? 'tf.Tensor';
    case 'list': {
      const element = typeText(type.element);
      return type.element.kind === 'instance' ? `(${element})[]` : `${element}[]`;
    }
    case 'instance': {
      const names = ['x', 'y', 'z', 'u', 'v', 'w'];
      return `(${type.inputs.map((input, i) => `${names[i] ?? `x${i}`}: ${typeText(input)}`).join(', ')}) => ${typeText(type.output)}`;
    }
    case 'outputs':
      return `{ ${Object.entries(type.members)
        .map(([name, member]) => `${name}: ${typeText(member)}`)
        .join('; ')} }`;
    default:
      return type.kind;
  }
}
