import { type Command, Option } from 'commander';
import {
  type Examination,
  examinePictures,
  type Finding,
  type PictureSet,
  patchDemand,
  setOfFolder,
  setOfFolders,
} from '../runtime/data/index.js';
import { CommandFailure } from './failure.js';
import { guarded } from './guarded.js';
import { parseImageSize } from './image-size.js';
import { type ErrorLimit, maxErrorsOption } from './max-errors.js';
import { type Overriding, setOption } from './set-option.js';
import { type Colors, colorsFor } from './terminal/colors.js';
import { Progress } from './terminal/progress.js';

/** Options of `mfnc data check`. */
export interface CheckOptions extends ErrorLimit, Overriding {
  readonly low?: string;
  readonly normal?: string;
  readonly reference?: string;
  readonly patch?: string;
  readonly json?: boolean;
}

/** The patch of the paper, where no run file names one. */
export const paperPatch: readonly [number, number] = [96, 96];

/** Adds `mfnc data check`. */
export function registerCheck(data: Command): void {
  data
    .command('check')
    .summary('list every picture that a training would refuse or take otherwise than it is stored')
    .description(
      [
        'Opens and decodes every picture of a run file, or of folders, and lists all that is wrong with it and what to do. Nothing is changed.',
        'Exit code 2 where mfnc train would refuse a file, 0 otherwise.',
      ].join('\n'),
    )
    .argument('[run]', 'run file, whose data are checked with the patch of its model')
    .option('--low <folder>', 'dark pictures')
    .option('--normal <folder>', 'their well-lit partners, matched by name without extension')
    .option('--reference <folder>', 'pictures without partners')
    .option('--patch <HxW>', 'smallest height and width; default: the patch of the run, 96x96 without one')
    .addOption(setOption('override a value of the run file (seed=2), or of the model and its training'))
    .addOption(maxErrorsOption())
    .addOption(new Option('--json', 'print the findings as JSON'))
    .addHelpText(
      'after',
      [
        '',
        'Errors, which mfnc train refuses: files that are empty, truncated, no images or of another format; 16 bits a sample, CMYK, animations, transparent',
        'pixels; a missing partner, two files of one name, partners of different sizes, pictures smaller than a patch.',
        'Warnings, with which it trains: EXIF orientation (applied), grey pictures, alpha channels that are opaque, names that promise another format, what a',
        'decoder complains of, pictures of formats that are passed over.',
        '',
        'Examples:',
        '  mfnc data check --low photos/low --normal photos/normal --patch 96x96',
        '  mfnc data check examples/lol/run.yaml',
      ].join('\n'),
    )
    .action(guarded(runCheck));
}

async function runCheck(run: string | undefined, options: CheckOptions): Promise<void> {
  // Folders alone need neither the compiler nor a training, which take longer to load than small folders to decode.
  const sets =
    run === undefined
      ? await setsOfFolders(options)
      : await (await import('./data-check-run.js')).setsOfRun(run, options, patchOf(options));
  let progress: Progress | undefined;
  const examination = await examinePictures(sets, (done, total) => {
    progress ??= new Progress({ label: 'decoding', total, unit: 'files' });
    progress.update(done);
  }).finally(() => progress?.finish());
  const { errors, warnings } = count(examination);
  process.stdout.write(
    options.json === true
      ? `${JSON.stringify({ ...examination, errors, warnings }, null, 2)}\n`
      : describe(examination, colorsFor(process.stdout)),
  );
  if (errors > 0) throw new CommandFailure(2, '');
}

async function setsOfFolders(options: CheckOptions): Promise<PictureSet[]> {
  const { low, normal, reference } = options;
  if ((low === undefined) !== (normal === undefined)) {
    const [given, absent] = low === undefined ? ['--normal', '--low'] : ['--low', '--normal'];
    throw new CommandFailure(
      2,
      `${given} is given without ${absent}`,
      'give both for pairs; --reference FOLDER is for pictures without partners',
    );
  }
  if (low === undefined && reference === undefined)
    throw new CommandFailure(2, 'there is nothing to check', 'give a run file, or --low FOLDER --normal FOLDER, or --reference FOLDER');
  const demand = patchDemand(patchOf(options) ?? paperPatch);
  return [
    ...(low === undefined || normal === undefined ? [] : [await setOfFolders({ low, normal }, demand)]),
    ...(reference === undefined ? [] : [await setOfFolder('reference', reference, demand)]),
  ];
}

function patchOf({ patch }: CheckOptions): readonly [number, number] | undefined {
  if (patch === undefined) return undefined;
  const { height, width } = parseImageSize(patch, '--patch');
  return [height, width];
}

function count({ findings }: Examination): { readonly errors: number; readonly warnings: number } {
  const errors = findings.filter(({ severity }) => severity === 'error').length;
  return { errors, warnings: findings.length - errors };
}

/** What a person reads: each file once, with all that was found of it, and a line that sums up. */
function describe(examination: Examination, colors: Colors): string {
  const { files, decoded, findings } = examination;
  const lines: string[] = [];
  for (const [i, finding] of findings.entries()) {
    if (finding.path !== findings[i - 1]?.path) lines.push(printable(finding.path));
    lines.push(...describeFinding(finding, colors));
  }
  const { errors, warnings } = count(examination);
  const refused = new Set(findings.filter(({ severity }) => severity === 'error').map(({ path }) => path)).size;
  const counted = [...(errors > 0 ? [amount(errors, 'error')] : []), ...(warnings > 0 ? [amount(warnings, 'warning')] : [])];
  const looked = `${decoded < files ? `${decoded} of ` : ''}${amount(files, 'file')} decoded`;
  if (counted.length === 0) lines.push(`${colors.green('good')}: ${looked}, nothing found`);
  else {
    const verdict =
      errors > 0 ? `mfnc train refuses ${refused === 1 ? 'one of them' : `${refused} of them`}` : 'mfnc train takes all of them';
    lines.push('', `${looked}: ${counted.join(' and ')}; ${verdict}`);
  }
  return `${lines.join('\n')}\n`;
}

function describeFinding({ severity, problem, training, remedy }: Finding, colors: Colors): string[] {
  const word = severity === 'error' ? colors.red('error') : colors.yellow('warning');
  return [`  ${word}: ${printable(problem)}; mfnc train ${training}`, `    ${remedy}`];
}

const amount = (number: number, unit: string): string => `${number} ${unit}${number === 1 ? '' : 's'}`;

/** Names from files must not steer the terminal. */
function printable(text: string): string {
  return text.replace(/\p{Control}/gu, '\ufffd');
}
