/** How long the remaining tiles will take if they take as long as those that are done: 'about 20 s left'. */
export function remaining(seconds: number, done: number, total: number): string {
  const left = (seconds / done) * (total - done);
  if (left < 10) return 'a few seconds left';
  return left < 90 ? `about ${Math.round(left / 10) * 10} s left` : `about ${Math.round(left / 60)} min left`;
}
