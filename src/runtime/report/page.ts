import { createHash } from 'node:crypto';
import { basename, resolve } from 'node:path';
import { mfncVersion } from '../files/index.js';
import { enlargedText } from '../metrics/index.js';
import type { RunRecord, RunSession, ValidationRecord } from '../observe/index.js';
import { pageAssets } from './assets.js';
import { type Chart, chartsOf } from './curves.js';
import { embeddedJSON, escaped, table, zoomHint } from './html.js';
import type { PictureRow, SampleHistory } from './pictures.js';
import type { RunContents } from './run-contents.js';
import { bestOf, historyTable, metricTitle, scoreTable, scoreText, scoreWithName } from './scores.js';
import { seriesColors, staticChart } from './static-chart.js';

/** Pictures of a page. */
export interface Pictures {
  readonly samples: SampleHistory | undefined;
  /** The worst pairs of the latest validation, the worst one first. */
  readonly worst: readonly PictureRow[];
}

/** The report as one HTML file that asks for nothing else. */
export function reportPage(run: RunContents, { samples, worst }: Pictures): string {
  const { style, scripts, licence } = pageAssets();
  const charts = chartsOf(run);
  const latest = run.validations.at(-1);
  const title = titleOf(run);
  const sections = [
    header(run, title),
    section('Curves', curves(charts)),
    samples && section('Samples', samplesSection(samples)),
    latest && worst.length > 0 && section('Worst pairs', worstSection(latest, worst)),
    latest && section('Validation', validationSection(run, latest)),
    section('Config', `<pre tabindex="0">${escaped(run.config)}</pre>`),
    run.record && section('Hashes and versions', provenance(run.record, run.config)),
  ];
  return [
    '<!doctype html>',
    '<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">',
    '<meta name="color-scheme" content="light dark"><link rel="icon" href="data:,">',
    `<title>${escaped(title)}</title><style>${style}</style></head><body><main>`,
    ...sections.filter((part) => typeof part === 'string'),
    `<footer>Made by mfnc ${escaped(mfncVersion)}. The interactive curves are drawn by uPlot, whose licence is in the source of this page.</footer></main>`,
    `<!-- uPlot:\n${licence.replaceAll('--', '- -')}-->`,
    embeddedJSON('charts', charts),
    embeddedJSON('history', samples === undefined ? [] : samples.earlier),
    ...scripts.map((script) => `<script>${script.replaceAll('</script', '<\\/script')}</script>`),
    '</body></html>\n',
  ].join('\n');
}

const section = (title: string, content: string): string => `<section><h2>${escaped(title)}</h2>${content}</section>`;

function titleOf({ record, folder }: RunContents): string {
  const name = basename(resolve(folder));
  if (record === undefined) return name;
  const { name: model, variant } = record.model;
  return `${model}${variant === undefined ? '' : ` ${variant}`}: ${name}`;
}

function header(run: RunContents, title: string): string {
  const last = run.steps.at(-1);
  const session = run.record?.sessions.at(-1);
  const latest = run.validations.at(-1);
  const best = bestOf(run.validations);
  const seconds = run.steps.reduce((sum, step) => sum + step.seconds, 0);
  const facts: [string, string][] = [['State', stateOf(session)]];
  if (last !== undefined) {
    const total = session?.stages[last.stage];
    facts.push(
      [`Stage ${last.stage}`, `step ${last.step}${total === undefined ? '' : ` of ${total}`}`],
      ['Time in steps', durationText(seconds)],
    );
    if (run.batch !== undefined && seconds > 0) facts.push(['Images per second', ((run.batch * run.steps.length) / seconds).toFixed(1)]);
  }
  for (const [name, value] of Object.entries(latest?.mean ?? {})) {
    const input = latest?.input[name];
    facts.push([metricTitle(name), `${scoreText(name, value)}${input === undefined ? '' : ` (input ${scoreText(name, input)})`}`]);
  }
  if (best !== undefined && best !== latest) {
    facts.push(['Best validation', `${scoreWithName(best.metric, best.mean[best.metric])} at step ${best.step} of ${best.stage}`]);
  }
  return `<header><h1>${escaped(title)}</h1><dl class="tiles">${facts.map(([name, value]) => `<div><dt>${escaped(name)}</dt><dd>${escaped(value)}</dd></div>`).join('')}</dl></header>`;
}

function stateOf(session: RunSession | undefined): string {
  if (session === undefined) return 'unknown';
  return { complete: 'complete', interrupted: 'interrupted', failed: 'stopped by an error', running: 'running, or killed' }[
    session.end ?? 'running'
  ];
}

function durationText(seconds: number): string {
  const minutes = Math.floor(seconds / 60);
  if (minutes === 0) return `${seconds.toFixed(1)} s`;
  return minutes < 60 ? `${minutes} min ${Math.floor(seconds % 60)} s` : `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}

function curves(charts: readonly Chart[]): string {
  if (charts.length === 0) return '<p>No step is done yet.</p>';
  const controls =
    '<div class="controls" hidden><label>Smoothing <input type="range" id="smoothing" min="0" max="0.99" step="0.01" value="0"></label>' +
    '<label><input type="checkbox" id="logarithmic"> Logarithmic</label><span class="hint">Drag over a chart to zoom in, double-click to go back.</span></div>';
  const figures = charts.map((chart, i) => {
    const legend = chart.series
      .map(({ name }, at) => `<li><i style="background:var(--series-${at % seriesColors})"></i>${escaped(name)}</li>`)
      .join('');
    const mean = chart.averaged > 1 ? `; each point is the mean of ${chart.averaged} steps` : '';
    return `<figure class="chart" data-chart="${i}"><figcaption>${escaped(chart.title)}<small> over steps${mean}</small></figcaption>${staticChart(chart)}<ul class="legend">${legend}</ul></figure>`;
  });
  return `${controls}<div class="charts">${figures.join('')}</div>`;
}

function samplesSection({ stage, step, rows, earlier }: SampleHistory): string {
  const slider =
    earlier.length === 0
      ? ''
      : `<div class="controls" hidden><label>Outputs of <input type="range" id="moment" min="0" max="${earlier.length}" step="1" value="${earlier.length}"> <output id="moment-text">step ${step} of ${escaped(stage)}</output></label></div>`;
  return `<p>After step ${step} of stage ${escaped(stage)}.</p>${slider}${zoomHint}${rows.map((row, i) => pictureRow(row, row.name, i)).join('')}`;
}

function worstSection(record: ValidationRecord, rows: readonly PictureRow[]): string {
  const captioned = rows.map((row) => {
    const scores = record.images.find(({ name }) => name === row.name);
    const texts = Object.keys(record.mean).map(
      (name) => `${scoreWithName(name, scores?.scores[name])} (input ${scoreText(name, scores?.input[name])})`,
    );
    return pictureRow(row, `${row.name}: ${texts.join(', ')}`);
  });
  const count = record.images.length;
  return `<p>Of ${count} pairs held out, after step ${record.step} of stage ${escaped(record.stage)}, the worst ${escaped(metricTitle(record.metric))} first.</p>${zoomHint}${captioned.join('')}`;
}

/** A pair, its images side by side. @param sample number of the row, where its output can be replaced by earlier ones. */
function pictureRow({ width, height, enlarged, images }: PictureRow, caption: string, sample?: number): string {
  const frames = images.map(({ kind, uri }) => {
    const replaced = sample !== undefined && kind === 'output' ? ` data-sample="${sample}"` : '';
    const title = kind === 'input' && enlarged !== undefined ? `input, ${enlargedText(enlarged)}` : kind;
    return `<figure><div class="frame" style="aspect-ratio:${width}/${height}"><img src="${uri}" width="${width}" height="${height}" alt="${escaped(`${kind} of ${caption}`)}"${replaced}></div><figcaption>${title}</figcaption></figure>`;
  });
  return `<div class="pair"><h3>${escaped(caption)}</h3><div class="images" tabindex="0" data-width="${width}">${frames.join('')}</div></div>`;
}

function validationSection(run: RunContents, latest: ValidationRecord): string {
  const best = bestOf(run.validations) as ValidationRecord;
  const heading = ({ stage, step }: ValidationRecord) => `step ${step} of stage ${stage}, worst first`;
  const parts = [run.validations.length > 1 ? historyTable(run.validations) : '', scoreTable(latest, `The latest: ${heading(latest)}`)];
  if (best !== latest)
    parts.push(`<details><summary>The best validation, image by image</summary>${scoreTable(best, heading(best))}</details>`);
  return parts.join('');
}

function provenance({ model, network, sources, data, sessions }: RunRecord, config: string): string {
  const right = 'right' as const;
  const hash = { title: 'SHA-256' };
  return [
    table(
      'Model and config',
      [{ title: 'source' }, hash],
      [
        ...Object.entries(sources).map(([path, sha]) => ({ cells: [path, sha] })),
        { cells: [`what ${model.file} computes, however it is written (the first 16 digits)`, network] },
        { cells: ['config.yaml', createHash('sha256').update(config).digest('hex')] },
      ],
    ),
    table(
      'Data: names and sizes of the files',
      [{ title: 'list' }, { title: 'samples', align: right }, hash],
      data.map(({ name, samples, sha256 }) => ({ cells: [name, String(samples), sha256] })),
    ),
    table(
      'Trained by',
      [
        { title: 'from' },
        { title: 'mfnc' },
        { title: 'engine' },
        { title: 'threads', align: right },
        { title: 'precision' },
        { title: 'device' },
        { title: 'Node.js' },
        { title: 'platform' },
        { title: 'end' },
      ],
      sessions.map((session) => ({
        cells: [
          session.from === undefined ? 'the beginning' : `step ${session.from.step} of ${session.from.stage}`,
          session.mfnc,
          [session.engine, ...Object.entries(session.versions).map(([name, version]) => `${name} ${version}`)].join(', '),
          String(session.threads),
          session.precision === 'float32' ? session.precision : `${session.precision}; samples and validation: float32`,
          session.devices.join(', '),
          session.node,
          session.platform,
          stateOf(session),
        ],
      })),
    ),
  ].join('');
}
