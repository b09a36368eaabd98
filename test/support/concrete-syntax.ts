import type { CstElement, CstNode, IToken } from 'chevrotain';
import { MfnParser } from '../../src/compiler/1-parse/grammar.js';
import { repairLayout } from '../../src/compiler/1-parse/layout.js';
import { scan } from '../../src/compiler/1-parse/scan.js';

let parser: MfnParser | undefined;

/** Walks the concrete syntax tree of a text: every token, with the rule that took it and what that calls it. */
export function walkSyntax(text: string, visit: (token: IToken, key: string, rule: string) => void): void {
  const { tokens: balanced, places } = repairLayout('a.mfn', text, scan('a.mfn', text).tokens);
  parser ??= new MfnParser();
  parser.start('a.mfn', balanced, places);
  const walk = ({ name, children }: CstNode): void => {
    for (const [key, parts] of Object.entries(children)) {
      for (const part of parts as CstElement[]) {
        if ('children' in part) walk(part);
        else visit(part, key, name);
      }
    }
  };
  walk(parser.file() as CstNode);
}

/** Names of the rules that a text makes use of, and its words of the language where they stand as such. */
export function constructsOf(text: string): ReadonlySet<string> {
  const found = new Set<string>();
  walkSyntax(text, ({ image }, key, rule) => {
    found.add(rule);
    if (key !== 'Identifier' && key !== 'alias' && key !== 'NumberLiteral' && key !== 'StringLiteral') found.add(image);
  });
  return found;
}
