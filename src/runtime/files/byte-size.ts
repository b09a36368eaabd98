/** Reads an amount of memory, '16GB' or '800MB' (powers of ten). @returns bytes; undefined for anything else. */
export function parseByteSize(text: string): number | undefined {
  const [, amount, unit] = /^(\d+(?:\.\d+)?)\s*([MG])B$/i.exec(text.trim()) ?? [];
  if (amount === undefined || unit === undefined) return undefined;
  return Number(amount) * (unit.toUpperCase() === 'G' ? 1e9 : 1e6);
}
