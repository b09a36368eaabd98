import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { DiagramNode, Panel } from '../../src/compiler/4-emit/diagram/index.js';
import { layoutPanel } from '../../src/compiler/4-emit/diagram/layout.js';

/** Graphs of boxes of several heights; every so often an edge goes back. */
const panels: fc.Arbitrary<Panel> = fc
  .record({
    heights: fc.array(fc.nat(5), { minLength: 2, maxLength: 14 }),
    links: fc.array(fc.tuple(fc.nat(13), fc.nat(13)), { minLength: 1, maxLength: 24 }),
  })
  .map(({ heights, links }) => {
    const nodes = heights.map(
      (lines, i): DiagramNode => ({
        id: `n${i}`,
        shape: lines === 0 ? 'operator' : 'box',
        mark: 'same',
        title: `node ${i}`,
        lines: Array.from({ length: lines }, () => 'a line of it'),
      }),
    );
    const pairs = links.map(([a, b]) => [a % nodes.length, b % nodes.length] as const).filter(([a, b]) => a !== b);
    const unique = new Map(pairs.map(([a, b]) => [`${a} ${b}`, { from: `n${a}`, to: `n${b}`, mark: 'same' } as const]));
    return { title: '', subtitle: '', nodes, edges: [...unique.values()] };
  });

describe('the layout of a panel', () => {
  it('keeps nodes apart and within the panel, and upright parts of edges outside of all nodes', () => {
    fc.assert(
      fc.property(panels, (panel) => {
        const { nodes, edges, width, height } = layoutPanel(panel);
        for (const [i, a] of nodes.entries()) {
          expect(a.x - a.width / 2 >= 0 && a.x + a.width / 2 <= width && a.y - a.height / 2 >= 0 && a.y + a.height / 2 <= height).toBe(
            true,
          );
          for (const b of nodes.slice(i + 1)) {
            const apart = Math.abs(a.x - b.x) >= (a.width + b.width) / 2 || Math.abs(a.y - b.y) >= (a.height + b.height) / 2;
            expect(apart, `${a.node.id} and ${b.node.id}`).toBe(true);
          }
        }
        expect(edges).toHaveLength(panel.edges.length);
        for (const { edge, points } of edges) {
          for (let i = 0; i + 1 < points.length; i += 2) {
            const [from, to] = [points[i], points[i + 1]] as [(typeof points)[number], (typeof points)[number]];
            expect(from.x).toBe(to.x);
            const [top, bottom] = [Math.min(from.y, to.y), Math.max(from.y, to.y)];
            const crossed = nodes.filter(
              ({ node, x, y, width: w, height: h }) =>
                node.id !== edge.from && node.id !== edge.to && Math.abs(from.x - x) < w / 2 && top < y + h / 2 && bottom > y - h / 2,
            );
            expect(crossed.map(({ node }) => node.id)).toEqual([]);
          }
        }
      }),
      { numRuns: 200 },
    );
  });
});
