import type { Entry } from './name-scope.js';

/** The entries on which something depends that counts by itself: an output, a loss, a declaration. */
export function entriesThatCount(entries: readonly Entry[]): ReadonlySet<Entry> {
  const sources = new Map<Entry, Entry[]>();
  const counting: Entry[] = [];
  for (const entry of entries) {
    for (const { target } of entry.users ?? []) {
      if (target) sources.set(target, [...(sources.get(target) ?? []), entry]);
    }
    const usedByItself = [...(entry.users ?? [])].some(({ target }) => target === undefined);
    if (usedByItself || entry.kind === 'output' || entry.kind === 'declaration') counting.push(entry);
  }
  const found = new Set<Entry>();
  for (let entry = counting.pop(); entry; entry = counting.pop()) {
    if (found.has(entry)) continue;
    found.add(entry);
    counting.push(...(sources.get(entry) ?? []));
  }
  return found;
}
