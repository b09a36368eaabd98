import type { Diagram, Mark, Panel } from './diagram.js';
import { layoutPanel, measures, type PlacedEdge, type PlacedNode, type PlacedPanel, type Point, textWidth } from './layout.js';

/** Colours that people who do not tell red from green tell apart too; removed parts are dashed besides. */
const colors: Readonly<Record<Mark, { readonly fill: string; readonly stroke: string; readonly text: string }>> = {
  same: { fill: '#f6f7f8', stroke: '#8a939b', text: '#24292f' },
  added: { fill: '#d8f0dc', stroke: '#1a7f37', text: '#0f5323' },
  removed: { fill: '#ffe3e0', stroke: '#cf222e', text: '#8e1519' },
  changed: { fill: '#fff3c4', stroke: '#b07800', text: '#6b4a00' },
};

const font = 'Helvetica, Arial, "Liberation Sans", "DejaVu Sans", sans-serif';
const margin = 24;
/** Of the inner width: two panels of few nodes fit beside each other. */
const smallestWidth = 1200;
const headingSize = 20;
const panelTitleSize = 16;

/** A diagram as the text of an SVG file that needs nothing besides itself. */
export const diagramToSVG = (diagram: Diagram): string => {
  const head = headOf(diagram);
  const placed = diagram.panels.map((panel) => placePanel(panel, layoutPanel(panel)));
  const inner = Math.max(head.width, smallestWidth, ...placed.map(({ width }) => width));
  let [x, y, rowHeight] = [margin, margin + head.height, 0];
  const panels = placed.map(({ width, height, draw }) => {
    if (x > margin && x + width > margin + inner) [x, y, rowHeight] = [margin, y + rowHeight + margin, 0];
    const drawn = draw(x, y);
    x += width + margin;
    rowHeight = Math.max(rowHeight, height);
    return drawn;
  });
  const [width, height] = [Math.ceil(inner + 2 * margin), Math.ceil(y + rowHeight + margin)];
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" font-family='${font}'>`,
    `<title>${escapeXML(diagram.title)}</title>`,
    `<defs>${Object.entries(colors)
      .map(([mark, { stroke }]) => arrowhead(mark, stroke))
      .join('')}</defs>`,
    `<rect width="${width}" height="${height}" fill="#ffffff"/>`,
    ...head.lines,
    ...panels,
    '</svg>',
    '',
  ].join('\n');
};

const arrowhead = (mark: string, stroke: string): string =>
  `<marker id="arrow-${mark}" viewBox="0 0 10 10" refX="9" refY="5" markerWidth="7" markerHeight="7" orient="auto"><path d="M0 0L10 5L0 10z" fill="${stroke}"/></marker>`;

const headOf = ({ title, subtitles, legend }: Diagram): { readonly lines: string[]; readonly width: number; readonly height: number } => {
  const lines = [textAt(margin, margin + headingSize, title, headingSize, '#24292f', 'font-weight="bold"')];
  let y = margin + headingSize + 6;
  for (const subtitle of subtitles) {
    y += 20;
    lines.push(textAt(margin, y, subtitle, 14, '#57606a'));
  }
  let x = margin;
  if (legend.length > 0) y += 34;
  for (const { mark, text } of legend) {
    lines.push(rectangle(x, y - 13, 26, 17, 4, mark), textAt(x + 34, y, text, 13, '#24292f'));
    x += 34 + textWidth(text, 13) + 26;
  }
  const widest = Math.max(textWidth(title, headingSize), x, ...subtitles.map((subtitle) => textWidth(subtitle, 14)));
  return { lines, width: widest, height: y - margin + 24 };
};

interface PlacedFrame {
  readonly width: number;
  readonly height: number;
  readonly draw: (x: number, y: number) => string;
}

const placePanel = ({ title, subtitle }: Panel, layout: PlacedPanel): PlacedFrame => {
  const heading = subtitle === '' ? 34 : 52;
  const widest = Math.max(layout.width, textWidth(title, panelTitleSize) + 12, textWidth(subtitle, 12) + 12);
  const [width, height] = [Math.ceil(widest) + 2 * measures.margin, heading + layout.height + measures.margin];
  const draw = (x: number, y: number): string => {
    const left = x + measures.margin;
    return [
      `<g><rect x="${x}" y="${y}" width="${width}" height="${height}" rx="8" fill="#ffffff" stroke="#d0d7de"/>`,
      textAt(left + 6, y + 25, title, panelTitleSize, '#24292f', 'font-weight="bold"'),
      ...(subtitle === '' ? [] : [textAt(left + 6, y + 43, subtitle, 12, '#57606a')]),
      `<g transform="translate(${left} ${y + heading})">`,
      // What is marked lies above what is not.
      ...[...layout.edges].sort((a, b) => Number(a.edge.mark !== 'same') - Number(b.edge.mark !== 'same')).map(edgeOf),
      ...layout.nodes.map(nodeOf),
      '</g></g>',
    ].join('\n');
  };
  return { width, height, draw };
};

const nodeOf = ({ node, x, y, width, height }: PlacedNode): string => {
  const { titleSize, lineSize, lineHeight } = measures;
  const [left, top] = [x - width / 2, y - height / 2];
  const radius = node.shape === 'box' ? 5 : height / 2;
  const first = y - (node.lines.length * lineHeight) / 2 + titleSize / 2 - 2;
  const { text } = colors[node.mark];
  const lines = node.lines.map((line, i) => centred(x, first + (i + 1) * lineHeight, line, lineSize, text));
  const weight = node.shape === 'box' ? 'font-weight="bold"' : '';
  return `<g><title>${escapeXML([node.title, ...node.lines].join('\n'))}</title>${rectangle(left, top, width, height, radius, node.mark)}${centred(x, first, node.title, titleSize, text, weight)}${lines.join('')}</g>`;
};

const edgeOf = ({ edge, points }: PlacedEdge): string => {
  const { stroke } = colors[edge.mark];
  const dashes = edge.mark === 'removed' ? ' stroke-dasharray="6 4"' : '';
  return `<path d="${curve(points)}" fill="none" stroke="${stroke}" stroke-width="${edge.mark === 'same' ? 1.2 : 2}"${dashes} marker-end="url(#arrow-${edge.mark})"/>`;
};

/** Upright lines through the layers, joined by curves that leave and arrive upright. */
const curve = (points: readonly Point[]): string => {
  const [first] = points;
  if (!first) return '';
  const parts = points.slice(1).map((point, i) => {
    if (i % 2 === 0) return `L${pair(point)}`;
    const before = points[i] as Point;
    const middle = (before.y + point.y) / 2;
    return `C${pair({ x: before.x, y: middle })} ${pair({ x: point.x, y: middle })} ${pair(point)}`;
  });
  return `M${pair(first)}${parts.join('')}`;
};

const pair = ({ x, y }: Point): string => `${round(x)} ${round(y)}`;

const round = (value: number): number => Math.round(value * 10) / 10;

const rectangle = (x: number, y: number, width: number, height: number, radius: number, mark: Mark): string => {
  const { fill, stroke } = colors[mark];
  const dashes = mark === 'removed' ? ' stroke-dasharray="6 4"' : '';
  return `<rect x="${round(x)}" y="${round(y)}" width="${round(width)}" height="${round(height)}" rx="${round(radius)}" fill="${fill}" stroke="${stroke}" stroke-width="${mark === 'same' ? 1 : 1.8}"${dashes}/>`;
};

const textAt = (x: number, y: number, text: string, size: number, color: string, more = ''): string =>
  `<text x="${round(x)}" y="${round(y)}" font-size="${size}" fill="${color}" ${more}>${escapeXML(text)}</text>`;

const centred = (x: number, y: number, text: string, size: number, color: string, more = ''): string =>
  textAt(x, y, text, size, color, `text-anchor="middle" ${more}`);

const escapeXML = (text: string): string =>
  text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
    .replace(/[^\P{Control}\n]/gu, '\ufffd');
