// Makes grammar/mfn.ebnf and grammar/railroad.html from the parser.  With --check it writes nothing and fails when they are out of date.  Run after changing the grammar:
//   npx tsx scripts/generate-grammar.ts
import { fileURLToPath } from 'node:url';
import { writeGenerated } from './generated-source.mjs';
import { ebnfText } from './grammar/ebnf.js';
import { railroadPage } from './grammar/railroad.js';

/** Names of the generated files in grammar/, with their texts. */
export function grammarFiles(): ReadonlyMap<string, string> {
  return new Map([
    ['mfn.ebnf', ebnfText()],
    ['railroad.html', railroadPage()],
  ]);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const check = process.argv.includes('--check');
  for (const [name, text] of grammarFiles()) {
    const target = fileURLToPath(new URL(`../grammar/${name}`, import.meta.url));
    writeGenerated(target, text, { check, outOfDate: `grammar/${name} is out of date; run npx tsx scripts/generate-grammar.ts` });
  }
}
