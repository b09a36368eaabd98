import { grammarSections, type Syntax } from './syntax.js';

const width = 120;

/** What the scanner does, which no rule of the parser says. */
const words = `name          ::= [A-Za-z_] [A-Za-z0-9_]*    /* unless it is a reservedWord */
number        ::= [0-9]+ ( '.' [0-9]+ )? ( [eE] [+-]? [0-9]+ )?
string        ::= '"' ( [^"\\#xA#xD] | '\\' ["\\nt] )* '"'
documentation ::= '///' [^#xA#xD]*    /* above a declaration or statement; with a fourth slash it is a comment */
comment       ::= '//' [^#xA#xD]*
space         ::= [#x9#xA#xD#x20]+    /* new lines are white space, too */`;

const header = `/* The grammar of .mfn, in the notation of the XML recommendation (https://www.w3.org/TR/xml/#sec-notation), made from the parser
   by scripts/generate-grammar.ts; edit src/compiler/1-parse/grammar*.ts instead. What it cannot say:

   - Words in quotes that are no reservedWord are names everywhere but where a rule asks for them.
   - Operators bind, from weak to strong: |> or and not comparisons (.. ..<) (+ -) (* / %) unary - and ^, which associates to the right,
     all others to the left. Comparisons do not chain.
   - Where a word could start two alternatives, the first one that goes on with what follows is meant; \`data {\` is always a dataSection.
   - The version line, which file has first, may not be left out; parsers that mend mistakes go on without it.
   - space and comments may stand between any two words. */`;

export function ebnfText(): string {
  const sections = grammarSections().map(({ title, definitions }) => {
    const longest = Math.max(...definitions.map(({ name }) => name.length));
    const lines = definitions.map(({ name, syntax }) => definition(name.padEnd(longest), syntax));
    return `/* ${title} */\n\n${lines.join('\n')}`;
  });
  return `${header}\n\n${[...sections, `/* Words */\n\n${words}`].join('\n\n')}\n`;
}

/** A rule on one line where it fits, else with as many alternatives on each line as fit. */
function definition(name: string, syntax: Syntax): string {
  const lines = [`${name} ::=`];
  for (const [i, part] of (syntax.kind === 'choice' ? syntax.parts : [syntax]).entries()) {
    const alternative = `${i === 0 ? '' : '| '}${print(part, 'sequence')}`;
    const last = lines.at(-1) ?? '';
    if (last.length + 1 + alternative.length <= width || i === 0) lines[lines.length - 1] = `${last} ${alternative}`;
    else lines.push(`${' '.repeat(name.length + 3)}${alternative}`);
  }
  return lines.join('\n');
}

/** @param place the loosest syntax that needs no parentheses there. */
function print(syntax: Syntax, place: 'choice' | 'sequence' | 'item'): string {
  switch (syntax.kind) {
    case 'literal':
      return `'${syntax.text}'`;
    case 'reference':
      return syntax.name;
    case 'sequence':
      // A list with separators is a sequence itself.
      return enclosed(
        syntax.parts.map((part) => print(part, part.kind === 'repetition' ? 'sequence' : 'item')).join(' '),
        place === 'item',
      );
    case 'choice':
      return enclosed(syntax.parts.map((part) => print(part, 'sequence')).join(' | '), place !== 'choice');
    case 'optional':
      return `${print(syntax.part, 'item')}?`;
    case 'repetition': {
      const part = print(syntax.part, 'item');
      if (syntax.separator === undefined) return `${part}${syntax.least === 0 ? '*' : '+'}`;
      const list = `${part} ( ${print(syntax.separator, 'item')} ${part} )*`;
      return enclosed(list, place === 'item');
    }
  }
}

function enclosed(text: string, isNeeded: boolean): string {
  return isNeeded ? `( ${text} )` : text;
}
