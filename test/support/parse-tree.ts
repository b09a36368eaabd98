import type { CstNode, IToken } from 'chevrotain';
import { MfnParser } from '../../src/compiler/1-parse/grammar.js';
import { repairLayout } from '../../src/compiler/1-parse/layout.js';
import { scan } from '../../src/compiler/1-parse/scan.js';

const parser = new MfnParser();

/** The concrete syntax tree of a source; undefined where its brackets nest too deep. */
export function treeOf(file: string, text: string): CstNode | undefined {
  const layout = repairLayout(file, text, scan(file, text).tokens);
  if (layout.abandoned) return undefined;
  parser.start(file, layout.tokens, layout.places);
  return parser.file();
}

/** All nodes of a tree, the tree itself first. */
export function nodesOf(tree: CstNode): CstNode[] {
  return [tree, ...childrenOf(tree).flatMap((child) => ('children' in child ? nodesOf(child) : []))];
}

/** The tokens and nodes right below a node. */
export const childrenOf = (node: CstNode): (CstNode | IToken)[] => Object.values(node.children).flat();
