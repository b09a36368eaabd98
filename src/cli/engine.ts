import type { Command } from 'commander';
import { didYouMean } from '../compiler/diagnostics/did-you-mean.js';
import { engineNames } from '../runtime/engines/index.js';
import {
  enginesFolder,
  type InstallableEngine,
  type InstalledEngine,
  type InstallProgress,
  installableEngines,
  installEngine,
  isInstallable,
  isPackageRecipe,
  listInstalled,
  recipes,
  removeEngine,
} from '../runtime/engines/install/index.js';
import { CommandFailure } from './failure.js';
import { guarded } from './guarded.js';
import { Progress } from './terminal/progress.js';
import { formatTable } from './terminal/table.js';

const description =
  "Installs, removes and lists engines whose libraries do not come with mfnc: tfjs-node and tfjs-node-gpu are TensorFlow's own library with the " +
  'binding of tfjs-node, compiled on this machine; tfjs-webgpu is Dawn, the WebGPU of Chromium. They are installed once for the user and found ' +
  'from every project. The other engines come with mfnc and need no installation.';

export function register(program: Command): void {
  const engine = program
    .command('engine')
    .summary('install or remove an engine')
    .description(description)
    .addHelpText('after', `\nEngines: ${installableEngines.join(', ')}\n\nExample:\n  mfnc engine install tfjs-node`);

  engine
    .command('install')
    .argument('<name>', installableEngines.join(' or '))
    .summary('install an engine')
    .description(
      'Downloads the library of an engine; for TensorFlow, compiles the binding as well (needs pip and g++). May be interrupted and repeated.',
    )
    .addHelpText('after', '\nExample:\n  mfnc engine install tfjs-node')
    .action(guarded((name: string) => install(engineNamed(name))));

  engine
    .command('remove')
    .argument('<name>', installableEngines.join(' or '))
    .summary('remove an engine that was installed here')
    .description('Deletes the files of an engine that `mfnc engine install` installed.')
    .addHelpText('after', '\nExample:\n  mfnc engine remove tfjs-node')
    .action(guarded((name: string) => remove(engineNamed(name))));

  engine
    .command('list')
    .summary('list the engines that were installed here')
    .description('Lists the engines that `mfnc engine install` installed, with their versions and folders.')
    .option('--json', 'print JSON')
    .addHelpText('after', '\nExample:\n  mfnc engine list')
    .action(guarded(({ json }: { json?: boolean }) => list(json === true)));
}

function engineNamed(name: string): InstallableEngine {
  if (isInstallable(name)) return name;
  const embedded = engineNames.some((known) => known === name);
  const [nearest] = didYouMean(name, installableEngines);
  throw new CommandFailure(
    2,
    embedded ? `${name} comes with mfnc and needs no installation` : `there is no engine '${name}' to install`,
    embedded ? undefined : `${nearest ? `did you mean ${nearest}? ` : ''}the engines are ${installableEngines.join(', ')}`,
  );
}

async function install(name: InstallableEngine): Promise<void> {
  const recipe = recipes[name];
  const interruption = new AbortController();
  const interrupt = () => interruption.abort();
  process.on('SIGINT', interrupt);
  process.on('SIGTERM', interrupt);
  const display = new InstallDisplay();
  try {
    const { folder, installed } = await installEngine(recipe, {
      signal: interruption.signal,
      onProgress: (progress) => display.show(progress),
    });
    display.finish();
    const library = isPackageRecipe(recipe) ? `${recipe.package.name} ${recipe.package.version}` : `TensorFlow ${recipe.wheel.version}`;
    const what = `${name} (${library})`;
    process.stdout.write(installed ? `${what} is installed in ${folder}\n` : `${what} was installed already in ${folder}\n`);
  } finally {
    display.finish();
    process.off('SIGINT', interrupt);
    process.off('SIGTERM', interrupt);
  }
}

/** A line for each step; a bar while something large is being downloaded. */
class InstallDisplay {
  private step = 0;
  private bar: Progress | undefined;

  show({ step, steps, message, bytes }: InstallProgress): void {
    if (step !== this.step) {
      this.finish();
      this.step = step;
      const label = `[${step}/${steps}] ${message}`;
      if (bytes) this.bar = new Progress({ label, total: megabytes(bytes.total), unit: 'MB' });
      else process.stderr.write(`${label}\n`);
    }
    if (bytes) this.bar?.update(megabytes(bytes.done));
  }

  finish(): void {
    this.bar?.finish();
    this.bar = undefined;
  }
}

function megabytes(bytes: number): number {
  return Math.round(bytes / 1e6);
}

async function remove(name: InstallableEngine): Promise<void> {
  const removed = await removeEngine(name);
  process.stdout.write(removed ? `${name} was removed from ${enginesFolder()}\n` : `${name} is not installed in ${enginesFolder()}\n`);
}

async function list(json: boolean): Promise<void> {
  const installed = await listInstalled();
  if (json) {
    process.stdout.write(`${JSON.stringify(installed, undefined, 2)}\n`);
    return;
  }
  if (installed.length === 0) {
    process.stdout.write(`No engine is installed in ${enginesFolder()}. \`mfnc engine install tfjs-node\` installs one.\n`);
    return;
  }
  const rows = installed.map((engine) => [engine.engine, librariesOf(engine), engine.folder]);
  process.stdout.write(formatTable([{ title: 'engine' }, { title: 'libraries' }, { title: 'folder' }], rows));
}

function librariesOf(engine: InstalledEngine): string {
  return 'tensorflow' in engine ? `tfjs-node ${engine.binding}, TensorFlow ${engine.tensorflow}` : `webgpu ${engine.version}`;
}
