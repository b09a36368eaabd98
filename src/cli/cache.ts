import type { Command } from 'commander';
import { cacheFolder, cacheVariable, GraphCache } from '../runtime/engines/cache/index.js';
import { guarded } from './guarded.js';

const description =
  'Removes the graphs that were compiled and kept, so that a training starts sooner the next time. `mfnc doctor` says where they are and how large. ' +
  `They are never needed: ${cacheVariable}=off does without, ${cacheVariable}=FOLDER keeps them elsewhere.`;

export function register(program: Command): void {
  const cache = program
    .command('cache')
    .summary('clear the cache of compiled graphs')
    .description(description)
    .addHelpText('after', '\nExample:\n  mfnc cache clear');

  cache
    .command('clear')
    .summary('remove all compiled graphs')
    .description(description)
    .addHelpText('after', '\nExample:\n  mfnc cache clear')
    .action(guarded(clear));
}

async function clear(): Promise<void> {
  const folder = cacheFolder();
  if (folder === undefined) {
    process.stdout.write(`there is no cache: ${cacheVariable} is off\n`);
    return;
  }
  const count = await new GraphCache(folder).clear();
  process.stdout.write(`removed ${count} compiled ${count === 1 ? 'graph' : 'graphs'} from ${folder}\n`);
}
