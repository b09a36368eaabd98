import type { DiagramEdge, DiagramNode, Mark } from '../../4-emit/diagram/index.js';
import type { Definition } from '../../ir/ir.js';
import type { InstanceTree } from '../instances.js';
import type { InstanceMatch, Sides } from '../match-instances.js';
import type { InstanceFacts } from '../model-diff.js';
import { rangesOfNames } from '../ranges-of-names.js';
import { BodyGraph, type Opened, type Unit } from './body-graph.js';
import { matchUnits } from './match-units.js';

/** One body on both sides; undefined where a side does not have it. */
export interface BodyPair {
  readonly a: InstanceTree | undefined;
  readonly b: InstanceTree | undefined;
  /** Names of the outputs that are drawn. */
  readonly outputs: readonly string[];
  readonly match: InstanceMatch;
}

export interface MarkedGraph {
  readonly nodes: readonly DiagramNode[];
  readonly edges: readonly DiagramEdge[];
}

/** A unit of both sides, or of one. */
interface Merged {
  readonly id: string;
  readonly a: Unit | undefined;
  readonly b: Unit | undefined;
}

/** Functions of the user that differ are opened so often, one within the other. */
const deepestOpening = 5;

/** Both pictures of a body laid over each other, with what differs marked. Functions of the source that differ are shown with what is in them. */
export const markedGraph = (pair: BodyPair, fingerprints: Sides): MarkedGraph => {
  const renamed = new Map(pair.match.pairs.map(([before, after]) => [before.name, after.name]));
  const [openedInA, openedInB] = [new Map<string, number>(), new Map<string, number>()];
  for (let depth = 0; ; depth += 1) {
    const a = graphOf(pair.a, fingerprints.a, pair.outputs, openedInA);
    const b = graphOf(pair.b, fingerprints.b, pair.outputs, openedInB);
    const matches = a && b ? matchUnits(a, b, (name) => renamed.get(name) ?? name, fingerprints.a.interner) : new Map<string, string>();
    const merged = merge(a, b, matches);
    const different = merged.filter((unit) => (unit.b ?? unit.a)?.kind === 'function' && markOf(unit) !== 'same');
    const opened = [
      ...openUserFunctions(different, 'a', pair.a?.definition, openedInA),
      ...openUserFunctions(different, 'b', pair.b?.definition, openedInB),
    ];
    if (opened.length === 0 || depth === deepestOpening || !a || !b) return draw(merged, matches);
  }
};

const graphOf = (
  tree: InstanceTree | undefined,
  fingerprints: Sides['a'],
  outputs: readonly string[],
  opened: Opened,
): BodyGraph | undefined =>
  tree && new BodyGraph(tree.definition, fingerprints, new Map(tree.children.map((child) => [child.name, child])), outputs, opened);

/** Opens the functions that the user wrote; what the library offers has a name that says enough. */
const openUserFunctions = (
  units: readonly Merged[],
  side: 'a' | 'b',
  definition: Definition | undefined,
  opened: Map<string, number>,
): string[] =>
  units.flatMap((unit) => {
    const value = unit[side]?.value;
    const node = definition?.nodes.find((candidate) => candidate.kind === 'op' && candidate.output.value === value);
    if (value === undefined || !node || node.span.file.startsWith('std/')) return [];
    opened.set(value, (opened.get(value) ?? 0) + 1);
    return [value];
  });

const merge = (a: BodyGraph | undefined, b: BodyGraph | undefined, matches: ReadonlyMap<string, string>): Merged[] => {
  const ofA = new Map([...matches].map(([unit, other]) => [other, unit]));
  const unitsOfB = [...(b?.units.values() ?? [])].map((unit) => ({ id: `b ${unit.id}`, a: a?.units.get(ofA.get(unit.id) ?? ''), b: unit }));
  const onlyInA = [...(a?.units.values() ?? [])]
    .filter(({ id }) => !matches.has(id))
    .map((unit) => ({ id: `a ${unit.id}`, a: unit, b: undefined }));
  return [...onlyInA, ...unitsOfB];
};

const markOf = ({ a, b }: Merged): Mark => {
  if (!a || !b) return a ? 'removed' : 'added';
  const told = (unit: Unit): string => JSON.stringify([unit.followers, unit.details, unit.contents, unit.tree?.contents, unit.name]);
  return told(a) === told(b) ? 'same' : 'changed';
};

const draw = (merged: readonly Merged[], matches: ReadonlyMap<string, string>): MarkedGraph => {
  const edges = new Map<string, { from: string; to: string; inA: boolean; inB: boolean }>();
  const enter = (from: string, to: string, side: 'inA' | 'inB'): void => {
    const known = edges.get(`${from}|${to}`) ?? { from, to, inA: false, inB: false };
    edges.set(`${from}|${to}`, { ...known, [side]: true });
  };
  const idInA = (id: string): string => (matches.has(id) ? `b ${matches.get(id)}` : `a ${id}`);
  for (const { id, a, b } of merged) {
    for (const input of a?.inputs ?? []) enter(idInA(input), id, 'inA');
    for (const input of b?.inputs ?? []) enter(`b ${input}`, id, 'inB');
  }
  const nodes = merged.map((unit) => ({ unit, node: nodeOf(unit) }));
  const drawn = [...edges.values()].map(
    ({ from, to, inA, inB }): DiagramEdge => ({ from, to, mark: inA && inB ? 'same' : inA ? 'removed' : 'added' }),
  );
  return foldChains(nodes, drawn);
};

const nodeOf = (unit: Merged): DiagramNode => {
  const { id, a, b } = unit;
  const kind = (b ?? a)?.kind ?? 'operator';
  const shape = kind === 'instance' || kind === 'function' ? 'box' : kind === 'operator' || kind === 'weight' ? 'operator' : 'port';
  const prefix = kind === 'input' ? 'in ' : kind === 'output' ? 'out ' : kind === 'weight' ? 'weight ' : '';
  return { id, shape, mark: markOf(unit), title: `${prefix}${both(unit, ({ name }) => name)}`, lines: linesOf(unit) };
};

/** Both sides of a text; one where they are equal or there is but one. */
const both = ({ a, b }: Merged, textOf: (unit: Unit) => string): string =>
  [...new Set([a, b].flatMap((unit) => (unit ? [textOf(unit)] : [])))].map((text) => (text === '' ? '(none)' : text)).join(' → ');

const linesOf = (unit: Merged): string[] => {
  const facts = (textOf: (facts: InstanceFacts) => string): string =>
    [...new Set([unit.a, unit.b].flatMap((side) => (side?.tree ? [textOf(side.tree.facts)] : [])))].join(' → ');
  const after = both(unit, ({ followers }) => followers.join(', '));
  const details = both(unit, (side) => side.details.join(', '));
  const lines = [
    facts(({ block }) => block),
    details === '(none)' ? '' : details,
    after === '(none)' ? '' : `then ${after}`,
    facts(({ shapes }) => shapes.map((shape) => shape.slice(1).join(' x ')).join(', ')),
    counted(
      facts(({ parameters }) => parameters.toLocaleString('en-US')),
      'parameters',
    ),
    counted(
      facts(({ macs }) => (macs / 1e9).toFixed(3)),
      'GMACs',
    ),
  ];
  return lines.filter((line) => line !== '');
};

const counted = (text: string, noun: string): string => (text === '' || text === '0' || text === '0.000' ? '' : `${text} ${noun}`);

interface Drawn {
  readonly unit: Merged;
  readonly node: DiagramNode;
}

/** Instances that follow each other and are alike in all that is told of them become one node, `rcab[1..10]`. */
const foldChains = (drawn: readonly Drawn[], edges: readonly DiagramEdge[]): MarkedGraph => {
  const [outgoing, incoming] = [edgesBy(edges, 'from'), edgesBy(edges, 'to')];
  const byId = new Map(drawn.map((entry) => [entry.node.id, entry]));
  const followers = new Map<string, DiagramNode>();
  for (const entry of drawn) {
    const [edge, ...others] = outgoing.get(entry.node.id) ?? [];
    const next = edge && byId.get(edge.to);
    if (!next || others.length > 0 || incoming.get(edge.to)?.length !== 1 || !isInstance(entry)) continue;
    if (contentsOf(entry) === contentsOf(next)) followers.set(entry.node.id, next.node);
  }
  const following = new Set([...followers.values()].map(({ id }) => id));
  const heads = new Map<string, string>();
  const nodes = drawn.flatMap(({ node }): DiagramNode[] => {
    if (following.has(node.id)) return [];
    const chain = [node];
    for (let next = followers.get(node.id); next !== undefined; next = followers.get(next.id)) {
      heads.set(next.id, node.id);
      chain.push(next);
    }
    if (chain.length === 1) return chain;
    const title = rangesOfNames(chain.map((member) => member.title)).join(', ');
    return [{ ...node, title, lines: [`${chain.length} in a row, each:`, ...node.lines] }];
  });
  const folded = edges.map(({ from, to, mark }) => ({ from: heads.get(from) ?? from, to: heads.get(to) ?? to, mark }));
  return { nodes, edges: folded.filter(({ from, to }) => from !== to) };
};

const isInstance = ({ unit }: Drawn): boolean => (unit.b ?? unit.a)?.kind === 'instance';

const contentsOf = ({ unit, node }: Drawn): string => JSON.stringify([(unit.b ?? unit.a)?.kind, node.mark, node.lines]);

const edgesBy = (edges: readonly DiagramEdge[], end: 'from' | 'to'): ReadonlyMap<string, DiagramEdge[]> => {
  const found = new Map<string, DiagramEdge[]>();
  for (const edge of edges) {
    const known = found.get(edge[end]);
    if (known) known.push(edge);
    else found.set(edge[end], [edge]);
  }
  return found;
};
