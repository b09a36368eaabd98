/** A failure that is the visitor's to know about: its message is a sentence. */
export class Failure extends Error {}

const outOfMemory = /out of memory|memory access|allocat|table index|unreachable|OOM|\bAborted\b/i;

/** Why a photograph could not be enhanced, as a sentence, and whether the worker can go on. */
export function explain(error: unknown): { readonly sentence: string; readonly restart: boolean } {
  if (error instanceof Failure) return { sentence: error.message, restart: false };
  const reason = error instanceof Error ? error.message : String(error);
  if (error instanceof RangeError || outOfMemory.test(reason)) {
    return { sentence: 'The browser ran out of memory. Close other tabs, or make the photograph smaller, and try again.', restart: true };
  }
  return { sentence: `The photograph could not be enhanced: ${firstLine(reason)}.`, restart: true };
}

function firstLine(text: string): string {
  return (text.split('\n')[0] ?? '').trim().replace(/\.$/, '');
}
