/**
 * Edit distance between two words, counting insertions, deletions, substitutions and swaps of neighbours as one each
 * (optimal string alignment); infinite where it passes `limit`.
 */
export function editDistance(a: string, b: string, limit = Number.POSITIVE_INFINITY): number {
  let beforePrevious: number[] = [];
  let previous = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const current = [i];
    let least = i;
    for (let j = 1; j <= b.length; j++) {
      const substitution = (previous[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      let best = Math.min((previous[j] ?? 0) + 1, (current[j - 1] ?? 0) + 1, substitution);
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) best = Math.min(best, (beforePrevious[j - 2] ?? 0) + 1);
      current.push(best);
      least = Math.min(least, best);
    }
    // A swap looks two rows back and costs one, so that the distance is at least the least of a row.
    if (least > limit) return Number.POSITIVE_INFINITY;
    beforePrevious = previous;
    previous = current;
  }
  return previous[b.length] ?? 0;
}

/** The sources that a reader could have meant by a file name; the ending that all of them share makes none of them near. */
export function nearFiles(name: string, candidates: readonly string[]): string[] {
  const stem = (file: string): string => file.replace(/\.mfn$/, '');
  const near = didYouMean(stem(name), candidates.map(stem));
  return near.map((found) => candidates.find((candidate) => stem(candidate) === found) ?? found);
}

/** Candidates beyond these are not looked at: a file of many thousands of names was written by a program. */
const candidatesLimit = 2_000;

/**
 * The candidates that a reader could have meant by `word`, the nearest first, at most `limit`.
 * A candidate counts when a third of the letters or fewer differ, or one of two or three; differences of case only always count.
 */
export function didYouMean(word: string, candidates: Iterable<string>, limit = 3): string[] {
  const scored: { candidate: string; distance: number }[] = [];
  let looked = 0;
  for (const candidate of new Set(candidates)) {
    looked += 1;
    if (looked > candidatesLimit) break;
    // Every one-letter name is one letter away from every other.
    const limitOfWord = word.length < 2 ? 0.5 : Math.max(1, Math.floor(Math.max(word.length, candidate.length) / 3));
    if (candidate === word || Math.abs(candidate.length - word.length) > Math.min(4, Math.ceil(limitOfWord))) continue;
    const distance = candidate.toLowerCase() === word.toLowerCase() ? 0.5 : editDistance(word, candidate, limitOfWord);
    if (distance <= limitOfWord) scored.push({ candidate, distance });
  }
  scored.sort((a, b) => a.distance - b.distance || (a.candidate < b.candidate ? -1 : 1));
  const nearest = scored[0]?.distance ?? 0;
  return scored
    .filter(({ distance }) => distance <= nearest + 1)
    .slice(0, limit)
    .map(({ candidate }) => candidate);
}
