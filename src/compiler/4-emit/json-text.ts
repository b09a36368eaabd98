/** Columns within which an object or a list stays on one line. */
const lineWidth = 140;

/** JSON for people: what fits on a line stands on one, so that a file can be read and two versions of it compared. It ends in a newline. */
export function jsonText(value: unknown): string {
  return `${print(value, '', 0)}\n`;
}

/** @param before columns already taken on the line by the indentation and the key. */
function print(value: unknown, indentation: string, before: number): string {
  const short = JSON.stringify(value);
  if (typeof value !== 'object' || value === null || before + short.length < lineWidth) return short;
  const inner = `${indentation}  `;
  if (Array.isArray(value)) {
    const elements = value.map((element) => inner + print(element, inner, inner.length));
    return `[\n${elements.join(',\n')}\n${indentation}]`;
  }
  const entries = Object.entries(value)
    .filter(([, entry]) => entry !== undefined)
    .map(([key, entry]) => {
      const name = `${JSON.stringify(key)}: `;
      return inner + name + print(entry, inner, inner.length + name.length);
    });
  return `{\n${entries.join(',\n')}\n${indentation}}`;
}
