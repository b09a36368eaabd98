import { type Code, type Context, untranslatable } from './context.js';
import { isTensorLike, rankOf, type Type, tensor, typeText } from './types.js';

/**
 * A value as a tensor: a list of tensors is their concatenation along channels, numbers and lists of numbers are constants.
 * @param canBeNumber whether a number may stay one, as it may for the operators of tfjs.
 */
export function asTensor(code: Code, context: Context, canBeNumber = false): Code {
  const { type, text } = code;
  switch (type.kind) {
    case 'tensor':
    case 'unknown':
      return code;
    case 'number':
      return canBeNumber ? code : { text: `tf.scalar(${text})`, type: tensor(0) };
    case 'list': {
      if (!isTensorLike(type)) return constantTensor(code);
      const element =
        type.element.kind === 'list' ? `${text}.map((part) => ${asTensor({ text: 'part', type: type.element }, context).text})` : text;
      const rank = tensorRank(type);
      return { text: `tf.concat(${element}, ${rank === undefined ? -1 : Math.max(0, rank - 1)})`, type: tensor(rank) };
    }
    default:
      return untranslatable(context, { file: context.translation.input.root.path, start: 0, end: 0 }, 'this value as a tensor');
  }
}

/** A tensor where TypeScript would not find out its rank. */
export function asTyped(code: Code, wanted: Type = code.type): string {
  const name = typeText(wanted);
  if (name === 'tf.Tensor' || wanted.kind !== 'tensor') return code.text;
  if (code.isLoose && rankOf(code.type) === wanted.rank) return code.typed?.(name) ?? `(${code.text} as ${name})`;
  return rankOf(code.type) === wanted.rank ? code.text : `(${code.text} as ${name})`;
}

const tensorRank = (type: Type): number | undefined => (type.kind === 'list' ? tensorRank(type.element) : rankOf(type));

const depthOf = (type: Type): number => (type.kind === 'list' ? 1 + depthOf(type.element) : 0);

function constantTensor({ text, type }: Code): Code {
  const rank = depthOf(type);
  return { text: `tf.tensor${rank}d(${text})`, type: tensor(rank) };
}
