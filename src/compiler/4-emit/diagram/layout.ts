import { Graph, layout } from '@dagrejs/dagre';
import type { DiagramEdge, DiagramNode, Panel } from './diagram.js';

export interface Point {
  readonly x: number;
  readonly y: number;
}

/** A node with its place: x and y are those of its centre, in pixels. */
export interface PlacedNode extends Point {
  readonly node: DiagramNode;
  readonly width: number;
  readonly height: number;
}

export interface PlacedEdge {
  readonly edge: DiagramEdge;
  /**
   * Points from the border of the one node to that of the other. Lines from the first of each two to the second are upright and pass a layer of nodes;
   * those between are in the gaps between layers.
   */
  readonly points: readonly Point[];
}

export interface PlacedPanel {
  readonly width: number;
  readonly height: number;
  readonly nodes: readonly PlacedNode[];
  readonly edges: readonly PlacedEdge[];
}

/** Pixels. Widths of texts are estimated, since there is no font here: wide enough for Helvetica, Arial, Liberation and DejaVu Sans. */
export const measures = { titleSize: 13, lineSize: 11, lineHeight: 15, padding: 9, margin: 8 } as const;

const characterWidth = 0.61;

export const textWidth = (text: string, size: number): number => text.length * size * characterWidth;

const sizeOf = ({ shape, title, lines }: DiagramNode): { readonly width: number; readonly height: number } => {
  const { titleSize, lineSize, lineHeight, padding } = measures;
  const widest = Math.max(textWidth(title, titleSize), ...lines.map((line) => textWidth(line, lineSize)));
  const height = (lines.length + 1) * lineHeight + 2 * padding - 4;
  const smallest = shape === 'operator' ? 30 : 80;
  return { width: Math.max(smallest, Math.ceil(widest) + 2 * padding), height: shape === 'box' ? height : height - 6 };
};

/** Places the nodes of a panel in layers, along the flow of data from the top to the bottom. */
export const layoutPanel = ({ nodes, edges }: Panel): PlacedPanel => {
  const graph = new Graph({ multigraph: true });
  graph.setGraph({ rankdir: 'TB', nodesep: 26, edgesep: 16, ranksep: 48, marginx: measures.margin, marginy: measures.margin });
  for (const node of nodes) graph.setNode(node.id, sizeOf(node));
  for (const [i, { from, to }] of edges.entries()) graph.setEdge(from, to, {}, String(i));
  layout(graph);
  const { width = 0, height = 0 } = graph.graph() as { readonly width?: number; readonly height?: number };
  const placed = nodes.map((node) => ({ node, ...(graph.node(node.id) as Box) }));
  const bends = edges.map(({ from, to }, i) =>
    (graph.edge(from, to, String(i)) as { readonly points: readonly Point[] }).points.slice(1, -1),
  );
  return { width: Math.ceil(width), height: Math.ceil(height), nodes: placed, edges: routed(edges, bends, placed) };
};

type Box = Point & { readonly width: number; readonly height: number };

interface Layer {
  readonly top: number;
  readonly bottom: number;
}

/**
 * Edges that pass a layer upright, between its nodes, and change sides only in the gaps: a layer is as high as its highest node, and a line
 * drawn straight from bend to bend would cut off that node's corner.
 * @param bends of each edge: where the layout lets it pass the layers in between.
 */
const routed = (edges: readonly DiagramEdge[], bends: readonly (readonly Point[])[], nodes: readonly PlacedNode[]): PlacedEdge[] => {
  const layers = new Map<number, Layer>();
  for (const { y, height } of nodes) {
    const known = layers.get(Math.round(y)) ?? { top: y, bottom: y };
    layers.set(Math.round(y), { top: Math.min(known.top, y - height / 2), bottom: Math.max(known.bottom, y + height / 2) });
  }
  const byId = new Map(nodes.map((placed) => [placed.node.id, placed]));
  const passes = bends.map((points) => points.filter(({ y }) => layers.has(Math.round(y))));
  const xOf = (id: string): number => byId.get(id)?.x ?? 0;
  const starts = ends(edges, byId, 'from', (i) => passes[i]?.[0]?.x ?? xOf(edges[i]?.to ?? ''));
  const stops = ends(edges, byId, 'to', (i) => passes[i]?.at(-1)?.x ?? xOf(edges[i]?.from ?? ''));
  return edges.flatMap((edge, i): PlacedEdge[] => {
    const [from, to] = [byId.get(edge.from), byId.get(edge.to)];
    const [start, stop] = [starts[i], stops[i]];
    if (!from || !to || start === undefined || stop === undefined) return [];
    // An edge of a cycle goes up: the flows of two models laid over each other may contradict each other.
    const down = from.y < to.y ? 1 : -1;
    const sides = (y: number): readonly [number, number] => {
      const { top, bottom } = layers.get(Math.round(y)) ?? { top: y, bottom: y };
      return down > 0 ? [top - clearance, bottom + clearance] : [bottom + clearance, top - clearance];
    };
    const between = (passes[i] ?? []).flatMap(({ x, y }) => sides(y).map((side) => ({ x, y: side })));
    const points = [
      { x: start, y: from.y + (down * from.height) / 2 },
      { x: start, y: sides(from.y)[1] },
      ...between,
      { x: stop, y: sides(to.y)[0] },
      { x: stop, y: to.y - (down * to.height) / 2 },
    ];
    return [{ edge, points }];
  });
};

/** Pixels that an edge goes straight before and behind a layer: room for the tip of an arrow. */
const clearance = 9;

/** Where edges leave or reach their nodes: side by side, in the order of where they come from or go to. */
const ends = (
  edges: readonly DiagramEdge[],
  nodes: ReadonlyMap<string, PlacedNode>,
  end: 'from' | 'to',
  towards: (edge: number) => number,
): number[] => {
  const positions: number[] = [];
  for (const [id, { x, width }] of nodes) {
    const own = edges.flatMap((edge, i) => (edge[end] === id ? [i] : [])).sort((a, b) => towards(a) - towards(b));
    const share = Math.min(width * 0.7, own.length * 36);
    for (const [i, edge] of own.entries()) positions[edge] = x + share * ((i + 1) / (own.length + 1) - 0.5);
  }
  return positions;
};
