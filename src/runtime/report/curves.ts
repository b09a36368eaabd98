import { metrics } from '../metrics/index.js';
import { type RunContents, runSteps } from './run-contents.js';

/** Curves over the steps of a run, in one coordinate system. */
export interface Chart {
  readonly title: string;
  /** Steps over all stages, ascending. */
  readonly steps: readonly number[];
  /** A value for each step; null where there is none. */
  readonly series: readonly { readonly name: string; readonly values: readonly (number | null)[] }[];
  /** Steps that each point is the mean of. */
  readonly averaged: number;
}

/** Points of a curve; longer ones are averaged. */
const mostPoints = 1500;

/** The curves of a run: loss terms by stage, validation metrics, rate, speed. What was never recorded has none. */
export function chartsOf(run: RunContents): Chart[] {
  const stepOf = runSteps(run.steps);
  const stages = [...new Set(run.steps.map(({ stage }) => stage))];
  const losses = stages.flatMap((stage) => {
    const steps = run.steps.filter((record) => record.stage === stage);
    const names = [...new Set(steps.flatMap((record) => Object.keys(record.losses)))];
    const series = names.map((name) => ({ name, values: steps.map((record) => record.losses[name] ?? null) }));
    return names.length === 0 ? [] : [averaged({ title: `Losses of stage ${stage}`, steps: steps.map(stepOf), series })];
  });
  const validations = [...new Set(run.validations.flatMap(({ mean }) => Object.keys(mean)))].map((name) => {
    const { title = name, unit } = metrics.find((metric) => metric.name === name) ?? {};
    return averaged({
      title: `Validation: ${title}${unit === undefined ? '' : ` in ${unit}`}`,
      steps: run.validations.map(stepOf),
      series: [{ name: title, values: run.validations.map(({ mean }) => mean[name] ?? null) }],
    });
  });
  const all = run.steps.map(stepOf);
  const rate = { title: 'Rate', steps: all, series: [{ name: 'rate', values: run.steps.map((record) => record.rate) }] };
  const { batch } = run;
  const speed = {
    title: 'Images per second',
    steps: all,
    series: [{ name: 'images/s', values: run.steps.map(({ seconds }) => (seconds > 0 ? (batch ?? 0) / seconds : null)) }],
  };
  return [...losses, ...validations, ...(all.length === 0 ? [] : [averaged(rate), ...(batch === undefined ? [] : [averaged(speed)])])];
}

/** Joins neighbouring steps to their mean where there are more than can be shown. */
function averaged({ title, steps, series }: Omit<Chart, 'averaged'>): Chart {
  const size = Math.ceil(steps.length / mostPoints);
  const groups = Array.from({ length: Math.ceil(steps.length / size) }, (_, i) => i * size);
  const mean = (values: readonly (number | null)[]): number | null => {
    const present = values.filter((value) => value !== null);
    return present.length === 0 ? null : Number((present.reduce((sum, value) => sum + value, 0) / present.length).toPrecision(6));
  };
  return {
    title,
    averaged: size,
    steps: groups.map((from) => steps[Math.min(steps.length, from + size) - 1] as number),
    series: series.map(({ name, values }) => ({ name, values: groups.map((from) => mean(values.slice(from, from + size))) })),
  };
}
