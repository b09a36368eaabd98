import * as babel from 'prettier/plugins/babel';
import * as estree from 'prettier/plugins/estree';
import * as markdown from 'prettier/plugins/markdown';
import * as typescript from 'prettier/plugins/typescript';
import { format } from 'prettier/standalone';

const parsers: Readonly<Record<string, string>> = { ts: 'typescript', json: 'json', md: 'markdown' };

/** A generated file in its final form: two spaces, single quotes, 140 columns. @param name the parser follows its extension. */
export function formatText(name: string, text: string): Promise<string> {
  const parser = parsers[name.slice(name.lastIndexOf('.') + 1)] ?? 'typescript';
  const plugins = [typescript, estree, babel, markdown];
  return format(text, { parser, plugins, printWidth: 140, singleQuote: true, endOfLine: 'lf' });
}
