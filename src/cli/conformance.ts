import type { IR } from '../compiler/ir/ir.js';
import { modelTitle } from '../compiler/ir/model-title.js';
import { ablations } from './conformance/ablations.js';
import { ModelFacts } from './conformance/model-facts.js';
import { type Mark, type PublishedFigure, paper, publishedFigures } from './conformance/published-figures.js';
import { type Column, formatTable } from './terminal/table.js';

/** One published figure beside ours. */
export interface ConformanceRow {
  readonly name: string;
  readonly published: string;
  readonly ours: string;
  /** 'equal', '+0.04 %', 'differs' or 'absent'. */
  readonly difference: string;
  readonly agrees: boolean;
  readonly source: string;
  readonly mark: Mark;
  readonly assumption: string;
}

export interface Conformance {
  readonly model: string;
  readonly paper: string;
  readonly rows: readonly ConformanceRow[];
}

/** Figures that the paper rounds or that rest on its unpublished details agree when they are this close, relatively. */
const tolerance = 1e-3;

/** Compares a compiled model with the figures published for it; undefined where nothing was published for a model of its name. */
export function conformanceOf(ir: IR): Conformance | undefined {
  const figures = figuresOf(ir);
  if (figures === undefined) return undefined;
  const facts = new ModelFacts(ir);
  return { model: modelTitle(ir), paper, rows: figures.map((figure) => compare(figure, facts)) };
}

/** What was published for a model; for an ablation of Table 1, what it takes away and what it leaves. */
function figuresOf({ model, variant }: IR): readonly PublishedFigure[] | undefined {
  const known = Object.hasOwn(publishedFigures, model.name) ? publishedFigures[model.name] : undefined;
  if (variant === undefined) return known;
  const ablation = known && Object.hasOwn(ablations, variant.name) ? ablations[variant.name] : undefined;
  if (known === undefined || ablation === undefined) return undefined;
  return [...ablation.figures, ...known.filter(({ name }) => !ablation.changes.includes(name))];
}

function compare(figure: PublishedFigure, facts: ModelFacts): ConformanceRow {
  const { name, published, source, mark, assumption, unit } = figure;
  const ours = figure.ours(facts);
  const suffix = unit === undefined ? '' : ` ${unit}`;
  return {
    name,
    published: formatPublished(figure) + suffix,
    ours: ours === undefined ? '-' : formatOurs(ours, figure) + suffix,
    ...differenceOf(published, ours),
    source,
    mark,
    assumption,
  };
}

function differenceOf(published: number | string, ours: number | string | undefined): Pick<ConformanceRow, 'difference' | 'agrees'> {
  if (ours === undefined || ours === '') return { difference: 'absent', agrees: false };
  if (String(ours) === String(published)) return { difference: 'equal', agrees: true };
  const [a, b] = [Number(ours), Number(published)];
  if (Number.isNaN(a) || Number.isNaN(b)) return { difference: 'differs', agrees: false };
  const relative = a / b - 1;
  return { difference: `${relative < 0 ? '-' : '+'}${Math.abs(relative * 100).toFixed(2)} %`, agrees: Math.abs(relative) <= tolerance };
}

function formatPublished({ published, digits }: PublishedFigure): string {
  return typeof published === 'number' && digits !== undefined ? published.toFixed(digits) : String(published);
}

/** Ours is shown with more digits than the paper prints, so that the difference can be seen. */
function formatOurs(ours: number | string, { digits }: PublishedFigure): string {
  return typeof ours === 'number' && digits !== undefined ? ours.toFixed(digits + (digits > 2 ? 3 : 1)) : String(ours);
}

const columns: readonly Column[] = [
  { title: 'figure' },
  { title: 'published', align: 'right' },
  { title: 'ours', align: 'right' },
  { title: 'difference', align: 'right' },
  { title: 'source' },
  { title: 'reading' },
];

/** The comparison as a table, then the assumption behind each figure. */
export function formatConformance({ model, rows, ...published }: Conformance): string {
  const table = rows.map((row) => [row.name, row.published, row.ours, row.difference, row.source, row.mark]);
  const width = Math.max(...rows.map((row) => row.name.length));
  const assumptions = rows.map((row) => `  ${row.name.padEnd(width)}  ${row.assumption}`);
  return [
    `${model} beside the figures of ${published.paper}\n\n`,
    formatTable(columns, table),
    "\nreading: literal = the paper says it; assumption = from the authors' other code or the figures; our choice = the paper leaves it open\n",
    `\nAssumptions\n${assumptions.join('\n')}\n`,
  ].join('');
}
