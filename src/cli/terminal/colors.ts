import picocolors from 'picocolors';

type Colors = ReturnType<typeof picocolors.createColors>;

/**
 * Whether to colour what is written to a stream: only on a terminal; NO_COLOR (any value but the empty one) forbids it,
 * FORCE_COLOR (any value but '' and '0') demands it.
 */
export function wantsColor(
  stream: { readonly isTTY?: boolean },
  environment: Readonly<Record<string, string | undefined>> = process.env,
): boolean {
  if ((environment.NO_COLOR ?? '') !== '') return false;
  const forced = environment.FORCE_COLOR ?? '';
  if (forced !== '') return forced !== '0';
  return stream.isTTY === true && environment.TERM !== 'dumb';
}

/** Functions that colour text for this stream, or leave it as it is. */
export function colorsFor(stream: { readonly isTTY?: boolean }): Colors {
  return picocolors.createColors(wantsColor(stream));
}

export type { Colors };
