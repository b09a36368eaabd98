import type { LossDiff, NamedChange, StageDiff, TermDiff, TrainingDiff } from '../../compiler/diff/index.js';
import type { Colors } from './colors.js';
import { formatInstanceDiffs } from './instance-diffs.js';
import { changedLine, parameterText } from './model-diff.js';

const same = (text: string): string => text;

/** The difference of two trainings for people. */
export function formatTrainingDiff({ change, data, settings, order, stages }: TrainingDiff, colors: Colors): string {
  const title =
    change === 'changed'
      ? ''
      : `${paintOf(change, colors)(change === 'added' ? '  + only B has a training' : '  - only A has a training')}\n`;
  return [
    title,
    ...data.map((entry) => changedLine(entry.name, entry, same, colors)),
    ...settings.filter((entry) => !isToldElsewhere(entry.name)).map((entry) => changedLine(entry.name, entry, parameterText, colors)),
    ...(order === null
      ? []
      : [changedLine('order of the stages', { name: '', a: order.a.join(', '), b: order.b.join(', ') }, same, colors)]),
    ...stages.map((stage) => formatStage(stage, colors)),
  ].join('');
}

/** Settings that stand for parts of the training which are told with these parts. */
function isToldElsewhere(setting: string): boolean {
  return /^(patch|batch)$|(^|\.)(rate|beta1|beta2|epsilon|weight_decay|(gradients\.)?(clip_value|clip_norm|log_norm)|ema\.decay|epochs|steps)$/.test(
    setting,
  );
}

function paintOf(change: 'added' | 'removed' | 'changed', colors: Colors): (text: string) => string {
  return { added: colors.green, removed: colors.red, changed: colors.yellow }[change];
}

const marks = { added: '+', removed: '-', changed: '~' } as const;

function formatStage({ name, change, duration, ema, frozen, losses, logged, values, instances }: StageDiff, colors: Colors): string {
  const indent = '    ';
  const names = (list: readonly string[]): string => (list.length === 0 ? 'nothing' : list.join(', '));
  return [
    `${paintOf(change, colors)(`  ${marks[change]} stage ${name}`)}\n`,
    ...(duration === null ? [] : [changedLine('length', { name, ...duration }, same, colors, indent)]),
    ...(ema === null ? [] : [changedLine('ema decay', { name, ...ema }, same, colors, indent)]),
    ...(frozen === null ? [] : [changedLine('frozen', { name, ...frozen }, names, colors, indent)]),
    ...optimizersOf(losses).map((entry) => changedLine(entry.name, entry, String, colors, indent)),
    ...values.map((entry) => changedLine(entry.name, entry, same, colors, indent)),
    ...losses.map((loss) => formatLoss(loss, colors, indent)),
    ...logged.map((entry) => changedLine(`log ${entry.name}`, entry, same, colors, indent)),
    formatInstanceDiffs(instances, colors),
  ].join('');
}

/** What differs in the optimisers of a stage; its losses mostly share one. */
function optimizersOf(losses: readonly LossDiff[]): NamedChange<string | number>[] {
  const entries = losses.flatMap(({ optimizer }) => optimizer.map((entry) => [JSON.stringify(entry), entry] as const));
  return [...new Map(entries).values()];
}

function formatLoss({ name, change, over, expression, terms }: LossDiff, colors: Colors, indent: string): string {
  if (over === null && expression === null) return '';
  const inner = `${indent}    `;
  const list = (paths: readonly string[]): string => paths.join(', ');
  return [
    `${paintOf(change, colors)(`${indent}${marks[change]} loss ${name}`)}\n`,
    ...(over === null ? [] : [changedLine('trains', { name, ...over }, list, colors, inner)]),
    ...(terms.length > 0
      ? terms.map((term) => formatTerm(term, colors, inner))
      : expression === null
        ? []
        : [changedLine('is', { name, ...expression }, same, colors, inner)]),
  ].join('');
}

function formatTerm({ term, a, b }: TermDiff, colors: Colors, indent: string): string {
  const times = (factor: number): string => (term === '1' ? String(factor) : factor === 1 ? term : `${factor} * ${term}`);
  if (a === null) return `${colors.green(`${indent}+ ${times(b ?? 0)}`)}\n`;
  if (b === null) return `${colors.red(`${indent}- ${times(a)}`)}\n`;
  return `${colors.yellow(`${indent}~ ${term}: factor ${a} → ${b}${b === 0 ? ', which leaves it out' : ''}`)}\n`;
}
