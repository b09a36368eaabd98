import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { type Diagram, diagramToSVG, type Panel } from '../../src/compiler/4-emit/diagram/index.js';
import { compareModels, diffDiagram } from '../../src/compiler/diff/index.js';
import { irOf, modelText } from '../support/shipped-models.js';

const size = { height: 384, width: 384 };

const diagramOf = (a: string, b: string): Diagram =>
  diffDiagram(compareModels({ label: 'a', ir: irOf(a) }, { label: 'b', ir: irOf(b) }, size));

const drgn = modelText('drgn');

const edited = (from: string, to: string): string => {
  expect(drgn).toContain(from);
  return drgn.replace(from, to);
};

const withoutSSIM = edited('let lambda = -0.2\n    frozen', 'let lambda = 0.0\n    frozen');

/** The titles of the nodes of a panel with one mark. */
const titles = (panel: Panel | undefined, mark: string): string[] =>
  (panel?.nodes ?? []).filter((node) => node.mark === mark).map(({ title }) => title);

const panelNamed = ({ panels }: Diagram, title: string): Panel | undefined => panels.find((panel) => panel.title === title);

describe('the diagram of a difference', () => {
  it('shows of a changed loss which terms are changed, opening functions of the source and none of the library', () => {
    const stage = panelNamed(diagramOf(drgn, withoutSSIM), 'stage refinement');
    expect(titles(stage, 'changed')).toEqual(['ssim', 'ssim']);
    expect(stage?.nodes.find(({ title }) => title === 'ssim')?.lines).toEqual(['then × -0.2 → × 0']);
    expect(titles(stage, 'same').filter((title) => title === 'charbonnier')).toHaveLength(2);
    expect([titles(stage, 'added'), titles(stage, 'removed')]).toEqual([[], []]);
  });

  it('shows branches that are gone and what stands in their place, runs of equal instances as one', () => {
    const plain = `block Plain(width: int = 64, rcabs: int = 10) {
      in  x: image
      out y: image
      y = x |> conv(width, 3, stride: 2) as first |> relu |> repeat(rcabs) as rcab { RCAB(width) } |> conv(12, 3) as rec |> pixel_shuffle(2)
    }\n`;
    const single = drgn
      .replace('/// Degradation generator', `${plain}\n/// Degradation generator`)
      .replaceAll(/= MFN\(width\)/g, '= Plain(width)')
      .replace('ResidualGroup, SRD', 'ResidualGroup, RCAB, SRD');
    const diagram = diagramOf(drgn, single);
    expect(diagram.panels.map(({ title, subtitle }) => `${title} ${subtitle}`.trim())).toEqual([
      'model DRGN',
      'block MFN → Plain as deg, reg',
    ]);
    expect(titles(diagram.panels[0], 'changed')).toEqual(['deg', 'reg']);
    const block = diagram.panels[1];
    expect(titles(block, 'added')).toEqual(['rcab[1..10]']);
    expect(block?.nodes.find(({ title }) => title === 'rcab[1..10]')?.lines).toEqual([
      '10 in a row, each:',
      'RCAB',
      '192 x 192 x 64',
      '74,436 parameters',
      '2.718 GMACs',
    ]);
    expect(titles(block, 'removed')).toEqual(
      expect.arrayContaining(['f[1,2]', 'msr[3]', 'r[3].group[1..4]', 'up[3].deconv[2]', 'fuse', 'concat']),
    );
    expect(titles(block, 'changed')).toEqual(['f[1,1] → first']);
    expect(titles(block, 'same')).toEqual(['in x', 'rec', 'out y']);
  });

  it('leaves operators in their places when only what is before them changes', () => {
    const block = panelNamed(diagramOf(drgn, edited('stride: 2) |> relu\n\n', 'stride: 2) |> sigmoid\n\n')), 'block MFN');
    expect(titles(block, 'changed')).toEqual(['f[1,1]', 'f[2,2]', 'f[3,3]']);
    expect([titles(block, 'added'), titles(block, 'removed')]).toEqual([[], []]);
    expect(block?.edges.filter(({ mark }) => mark !== 'same')).toEqual([]);
  });

  it('marks flows that are gone and new ones', () => {
    const block = panelNamed(diagramOf(drgn, edited('[r[i], msr[i]] |>', '[r[i], f[i, i]] |>')), 'block MFN');
    const named = new Map(block?.nodes.map(({ id, title }) => [id, title]));
    const flows = (mark: string) =>
      block?.edges.filter((edge) => edge.mark === mark).map(({ from, to }) => `${named.get(from)} to ${named.get(to)}`);
    // On the first level, msr[1] is f[1,1].
    expect(flows('removed')).toEqual(['msr[2] to concat', 'msr[3] to concat']);
    expect(flows('added')).toEqual(['f[2,2] to concat', 'f[3,3] to concat']);
  });

  it('has edges between its own nodes only, and is mirrored when A and B are swapped', () => {
    const light = modelText('lw-drgn');
    const [there, back] = [diagramOf(drgn, light), diagramOf(light, drgn)];
    for (const panel of there.panels) {
      const ids = new Set(panel.nodes.map(({ id }) => id));
      expect(ids.size).toBe(panel.nodes.length);
      expect(panel.edges.every(({ from, to }) => ids.has(from) && ids.has(to))).toBe(true);
    }
    expect(back.panels.map((panel) => titles(panel, 'added').sort())).toEqual(there.panels.map((panel) => titles(panel, 'removed').sort()));
    expect(back.panels.map((panel) => titles(panel, 'removed').sort())).toEqual(there.panels.map((panel) => titles(panel, 'added').sort()));
  });

  it('of equal models is the model, without a mark', () => {
    const { panels } = diagramOf(drgn, drgn);
    expect(panels.map(({ title, subtitle }) => [title, subtitle])).toEqual([['model DRGN', 'the same network']]);
    expect(new Set(panels[0]?.nodes.map(({ mark }) => mark))).toEqual(new Set(['same']));
  });
});

describe('its SVG', () => {
  it('is the same each time, and another library draws it at the size that it says', async () => {
    const svg = diagramToSVG(diagramOf(drgn, withoutSSIM));
    expect(diagramToSVG(diagramOf(drgn, withoutSSIM))).toBe(svg);
    const [, width, height] = /width="(\d+)" height="(\d+)"/.exec(svg) ?? [];
    const { data, info } = await sharp(Buffer.from(svg)).removeAlpha().raw().toBuffer({ resolveWithObject: true });
    expect([info.width, info.height]).toEqual([Number(width), Number(height)]);
    const colors = new Set<string>();
    for (let i = 0; i < data.length; i += 3) colors.add(data.subarray(i, i + 3).toString('hex'));
    // The fill of what is changed, beside white.
    expect([colors.has('fff3c4'), colors.has('ffffff')]).toEqual([true, true]);
  });

  it('keeps texts of the user from being markup', async () => {
    const node = { id: 'x', shape: 'box', mark: 'same', title: '<script>&"\u0007', lines: ['a < b'] } as const;
    const svg = diagramToSVG({
      title: '"a" & b',
      subtitles: [],
      legend: [],
      panels: [{ title: '<p>', subtitle: '', nodes: [node], edges: [] }],
    });
    expect(svg).toContain('&lt;script&gt;&amp;&quot;\ufffd');
    expect(svg).not.toMatch(/<script|<p>/);
    expect((await sharp(Buffer.from(svg)).metadata()).format).toBe('svg');
  });
});
