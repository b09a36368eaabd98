import type { Chart } from './curves.js';
import { escaped } from './html.js';

const width = 640;
const height = 240;
const margin = { left: 56, right: 20, top: 8, bottom: 28 };
/** Colours that the style sheet defines as --series-0, --series-1, ... */
export const seriesColors = 8;

/** A chart as SVG, for readers without JavaScript and for paper. */
export function staticChart({ title, steps, series }: Chart): string {
  const values = series.flatMap((line) => line.values).filter((value) => value !== null);
  if (values.length === 0) return '';
  const x = scale(steps[0] as number, steps.at(-1) as number, margin.left, width - margin.right);
  const y = scale(least(values), largest(values), height - margin.bottom, margin.top);
  const horizontal = ticks(y.from, y.to, 6).map((tick) => {
    const at = round(y.at(tick));
    return `<line x1="${margin.left}" x2="${width - margin.right}" y1="${at}" y2="${at}"/><text x="${margin.left - 6}" y="${at}" text-anchor="end" dy="0.32em">${numberText(tick)}</text>`;
  });
  const vertical = ticks(x.from, x.to, 8).map(
    (tick) => `<text x="${round(x.at(tick))}" y="${height - margin.bottom + 18}" text-anchor="middle">${numberText(tick)}</text>`,
  );
  const lines = series.map(({ values: line }, i) => {
    const points = line.map((value, at) => (value === null ? undefined : [x.at(steps[at] as number), y.at(value)].map(round).join(',')));
    const stroke = `style="stroke:var(--series-${i % seriesColors})"`;
    // A single point has no line.
    if (points.length === 1) return `<circle cx="${points[0]?.split(',')[0]}" cy="${points[0]?.split(',')[1]}" r="3" ${stroke}/>`;
    return `<polyline points="${points.filter((point) => point !== undefined).join(' ')}" ${stroke}/>`;
  });
  return `<svg viewBox="0 0 ${width} ${height}" role="img" aria-label="${escaped(title)}"><g class="axis">${horizontal.join('')}${vertical.join('')}</g><g class="lines">${lines.join('')}</g></svg>`;
}

function scale(from: number, to: number, start: number, end: number) {
  // A constant stands in the middle.
  const [low, high] = from === to ? [from - (Math.abs(from) || 1) / 2, to + (Math.abs(to) || 1) / 2] : [from, to];
  return { from: low, to: high, at: (value: number) => start + ((value - low) / (high - low)) * (end - start) };
}

/** Multiples of 1, 2 or 5 times a power of ten from `from` to `to`, about `count` of them. */
export function ticks(from: number, to: number, count: number): number[] {
  const rough = (to - from) / count;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = ([1, 2, 5, 10].find((factor) => factor * power >= rough) ?? 10) * power;
  const first = Math.ceil(from / step);
  return Array.from({ length: Math.floor(to / step) - first + 1 }, (_, i) => Number(((first + i) * step).toPrecision(12)));
}

const round = (value: number): number => Math.round(value * 10) / 10;
const least = (values: readonly number[]): number => values.reduce((a, b) => Math.min(a, b), Number.POSITIVE_INFINITY);
const largest = (values: readonly number[]): number => values.reduce((a, b) => Math.max(a, b), Number.NEGATIVE_INFINITY);

function numberText(value: number): string {
  const size = Math.abs(value);
  return size !== 0 && (size < 1e-4 || size >= 1e6) ? value.toExponential().replace('e+', 'e') : String(value);
}
