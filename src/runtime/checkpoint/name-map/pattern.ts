/** A text with placeholders: `e_conv{n}.weight`, `conv.*`. */
export interface Pattern {
  readonly text: string;
  readonly isExact: boolean;
  /** What the placeholders stand for in a name; undefined where the name does not fit. */
  match(name: string): Match | undefined;
}

export interface Match {
  readonly numbers: ReadonlyMap<string, number>;
  /** What the stars stand for, from left to right. */
  readonly rests: readonly string[];
}

const placeholder = /\{([^{}]*)\}|\*/g;
const identifier = /^[A-Za-z_]\w*$/;
const arithmetic = /^([A-Za-z_]\w*)\s*(?:([*/])\s*(\d+))?\s*(?:([+-])\s*(\d+))?$/;

const escaped = (text: string): string => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');

/**
 * A pattern for names of tensors: `{n}` stands for a whole number, the same one wherever `n` stands, and `*` for any text.
 * @returns what is wrong, as text, where it is none.
 */
export function parsePattern(text: string): Pattern | string {
  const names: string[] = [];
  let source = '';
  let end = 0;
  let stars = 0;
  for (const found of text.matchAll(placeholder)) {
    source += escaped(text.slice(end, found.index));
    end = found.index + found[0].length;
    const [, name] = found;
    if (name === undefined) {
      source += `(?<star${stars}>.*)`;
      stars += 1;
    } else if (!identifier.test(name)) {
      return `\`{${name}}\` is no placeholder: write a name, as \`{n}\``;
    } else if (names.includes(name)) {
      source += `\\k<number_${name}>`;
    } else {
      names.push(name);
      source += `(?<number_${name}>\\d+)`;
    }
  }
  const expression = new RegExp(`^${source}${escaped(text.slice(end))}$`);
  return {
    text,
    isExact: names.length + stars === 0,
    match(name: string) {
      const groups = expression.exec(name)?.groups ?? (expression.test(name) ? {} : undefined);
      if (groups === undefined) return undefined;
      return {
        numbers: new Map(names.map((key) => [key, Number(groups[`number_${key}`])])),
        rests: Array.from({ length: stars }, (_, i) => groups[`star${i}`] ?? ''),
      };
    },
  };
}

/**
 * What is wrong with a text that is to be made from what a pattern matched: a placeholder that the pattern lacks, more stars than it has.
 * `{n + 1}`, `{n / 2 + 1}` and the like are numbers made from `n`.
 */
export function templateProblem(template: string, pattern: string): string | undefined {
  const known = [...pattern.matchAll(placeholder)].flatMap(([, name]) => (name === undefined ? [] : [name]));
  const stars = [...pattern.matchAll(placeholder)].length - known.length;
  let used = 0;
  for (const [, content] of template.matchAll(placeholder)) {
    if (content === undefined) {
      used += 1;
      continue;
    }
    const name = arithmetic.exec(content)?.[1];
    if (name === undefined) return `\`{${content}}\` cannot be computed: write \`{n}\`, \`{n + 1}\`, \`{n / 2 + 1}\``;
    if (!known.includes(name)) return `\`{${content}}\` is made from \`${name}\`, which \`${pattern}\` does not have`;
  }
  return used > stars ? `it has more \`*\` than \`${pattern}\`` : undefined;
}

/** The text with its placeholders filled in; undefined where one of its numbers is not whole or is negative. */
export function fillTemplate(template: string, { numbers, rests }: Match): string | undefined {
  let star = 0;
  let isWhole = true;
  const filled = template.replace(placeholder, (_, content: string | undefined) => {
    if (content === undefined) {
      star += 1;
      return rests[star - 1] ?? '';
    }
    const [, name = '', scaling, factor, shift, amount = '0'] = arithmetic.exec(content) ?? [];
    const value = numbers.get(name) ?? Number.NaN;
    const scaled = scaling === '*' ? value * Number(factor) : scaling === '/' ? value / Number(factor) : value;
    const result = shift === '-' ? scaled - Number(amount) : scaled + Number(amount);
    isWhole &&= Number.isInteger(result) && result >= 0;
    return String(result);
  });
  return isWhole ? filled : undefined;
}
