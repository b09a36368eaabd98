import { join } from 'node:path';
import { type Command, Option } from 'commander';
import { type EngineChoice, engineChoices } from '../runtime/engines/index.js';
import { isFolder } from '../runtime/files/index.js';
import { describeBatch, findReplay, type ReplayedStep, type ReplayOrigin, readRunFile, replay } from '../runtime/train/index.js';
import { CommandFailure } from './failure.js';
import { guarded } from './guarded.js';
import { type ErrorLimit, maxErrorsOption } from './max-errors.js';
import { parseCount } from './parse-count.js';
import { requireEngine } from './runtime-failure.js';
import { type Overriding, setOption } from './set-option.js';
import { Progress } from './terminal/progress.js';
import { formatTable } from './terminal/table.js';
import { requireTrainableIR } from './trainable-ir.js';

interface Options extends ErrorLimit, Overriding {
  readonly stage?: string;
  readonly engine?: EngineChoice;
  readonly json?: boolean;
}

export function register(program: Command): void {
  program
    .command('replay')
    .summary('compute one step of a training again')
    .description(
      'Computes one step of a training again, from the newest checkpoint before it, and prints its losses and their terms, the pictures of its batch, and the norms of gradients and updates. Nothing is written.',
    )
    .argument('<run>', 'output folder of the run, or its run file')
    .argument('<step>', 'number of the step within its stage, as log.jsonl has it', parseCount(1))
    .option('--stage <name>', 'stage of the step; by default the one of the newest checkpoint')
    .addOption(new Option('--engine <name>', 'engine to run on; by default the one of the run').choices(engineChoices))
    .addOption(setOption('override a value of the run file, or of the model and its training: does the step go well with it?'))
    .addOption(maxErrorsOption())
    .option('--json', 'print all that is known of the step as JSON')
    .addHelpText(
      'after',
      [
        '',
        'On the engine of the run, with the same number of threads, the step is bit by bit what it was in the run. Exit code 1: something in it is NaN or infinite.',
        '',
        'Example:',
        '  mfnc replay runs/mine 1234 --stage refinement',
      ].join('\n'),
    )
    .action(guarded(replayStep));
}

async function replayStep(path: string, step: number, options: Options): Promise<void> {
  const run = await readRunFile(await runFileOf(path), options.set);
  const { ir, sources } = requireTrainableIR(run, options);
  const origin = await findReplay(run, ir, step, options.stage);
  const engine = await requireEngine(options.engine ?? origin.former?.engine ?? run.engine, run.precision);
  process.stderr.write(`${fromWhere(origin)}\n`);
  const bars = new Bars();
  try {
    const replayed = await replay({
      run,
      ir,
      sources,
      engine,
      origin,
      checked: (source, done, total) => bars.show(`looking at ${source}`, 'images', done, total),
      stepDone: (done, total) => bars.show(`stage ${origin.stage.name} on ${engine.name}`, 'steps', done, total),
      note: (line) => process.stderr.write(`${line}\n`),
    });
    bars.end();
    process.stdout.write(options.json === true ? `${JSON.stringify(replayed, spellNonFinite, 2)}\n` : describe(replayed));
    if (nonFiniteOf(replayed).length > 0) throw new CommandFailure(1, '');
  } finally {
    bars.end();
  }
}

/** One bar at a time, on stderr. */
class Bars {
  private current: { readonly label: string; readonly progress: Progress } | undefined;

  show(label: string, unit: string, done: number, total: number): void {
    if (this.current?.label !== label) {
      this.end();
      this.current = { label, progress: new Progress({ label, total, unit, start: 0 }) };
    }
    this.current.progress.update(done);
  }

  end(): void {
    this.current?.progress.finish();
    this.current = undefined;
  }
}

/** A run is named by its folder, which holds the resolved run file, or by its run file. */
async function runFileOf(path: string): Promise<string> {
  return (await isFolder(path)) ? join(path, 'config.yaml') : path;
}

function fromWhere({ stage, step, found, done }: ReplayOrigin): string {
  const start = found === undefined ? 'the beginning of the run' : found.path;
  const between = step - 1 - done;
  return `step ${step} of stage ${stage.name}, from ${start}${between === 0 ? '' : ` over ${between} ${between === 1 ? 'step' : 'steps'}`}`;
}

/** What of a step is not finite, as it is named to the user. */
function nonFiniteOf({ losses, nonFinite }: ReplayedStep): string[] {
  const bad = Object.entries(losses).filter(([, value]) => !Number.isFinite(value));
  return [...bad.map(([name]) => name), ...nonFinite.map(({ name }) => name)];
}

const shownNames = 8;

function describe(replayed: ReplayedStep): string {
  const { losses, logged, terms, rate, batch, updates } = replayed;
  const bad = nonFiniteOf(replayed);
  const rows = Object.entries(losses).map(([name, value]) => [
    name,
    digits(value),
    logged?.[name] === undefined ? '' : loggedText(value, logged[name]),
  ]);
  return [
    `learning rate ${digits(rate)}\n\n`,
    formatTable([{ title: 'loss' }, { title: 'value', align: 'right' }, { title: 'in log.jsonl', align: 'right' }], rows),
    '\n',
    formatTable(
      [{ title: 'term' }, { title: 'of' }, { title: 'adds', align: 'right' }],
      terms.map(({ text, loss, value }) => [text, loss, digits(value)]),
    ),
    '\nbatch (width x height of each patch, at left,top in pixels)\n',
    ...describeBatch(batch).map((line) => `  ${line}\n`),
    '\n',
    formatTable(
      [{ title: 'weight' }, { title: 'norm', align: 'right' }, { title: 'gradient', align: 'right' }, { title: 'update', align: 'right' }],
      updates.map(({ name, weight, gradient, update }) => [name, digits(weight), digits(gradient), digits(update)]),
    ),
    bad.length === 0
      ? '\nall losses, weights and moments are finite\n'
      : `\nnot finite: ${bad.slice(0, shownNames).join(', ')}${bad.length > shownNames ? ` and ${bad.length - shownNames} more` : ''}\n`,
  ].join('');
}

const digits = (value: number): string => (Number.isFinite(value) ? value.toPrecision(6) : String(value));

const loggedText = (value: number, logged: number): string => (value === logged ? 'the same' : digits(logged));

/** JSON has no NaN: such values are written as texts. */
const spellNonFinite = (_key: string, value: unknown): unknown =>
  typeof value === 'number' && !Number.isFinite(value) ? String(value) : value;
