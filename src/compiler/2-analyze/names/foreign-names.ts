/** Names of Python and its libraries, with what stands for them here. */
const meant: Readonly<Record<string, string>> = {
  range: 'a range is written `1..n`, or `1..<n` without its end',
  len: 'the length of a list is `length(list)`',
  print: 'a stage writes a value to the log with `log name = value`',
  None: 'a parameter has always a value; a `bool` beside it may switch it off',
  self: 'names of the block itself are written without a prefix',
  cat: 'tensors are joined along channels by `[a, b]`',
};

/** Words of the language that stand where names could, for "did you mean". */
export const valueWords: readonly string[] = ['true', 'false', 'not', 'repeat'];

/** Names of dimensions that a shape in a port's type makes known. */
const dimensions: ReadonlySet<string> = new Set(['B', 'H', 'W', 'C']);

/** Advice for a name that is unknown here and well known elsewhere. */
export function adviceFor(name: string): string | undefined {
  if (dimensions.has(name))
    return 'the types of inputs name dimensions: `image` those of `[B, H, W, 3]`, `tensor` none, `[B, H, W, C]` these four';
  return Object.hasOwn(meant, name) ? meant[name] : undefined;
}
