import { StructureKind } from 'ts-morph';
import type { Stream, Training, ValueRange } from '../../ir/ir.js';
import type { Declaration, FileDraft } from './file-draft.js';
import { valueName } from './identifiers.js';

interface TrainingParts extends Pick<Training, 'batch' | 'patch' | 'augmentations'> {
  readonly model: string;
  readonly hasOptions: boolean;
  readonly streams: readonly Stream[];
  readonly range: ValueRange;
}

/** The command at the end of train.ts: reads its options, opens the data and trains. */
export function trainCommand(parts: TrainingParts, file: FileDraft): Declaration[] {
  const { model, hasOptions, streams, range, batch, patch, augmentations } = parts;
  const roles = streams.flatMap(({ names }) => names);
  const flags = roles.map((role) => `${JSON.stringify(role)}: { type: 'string' },`).join('\n');
  const folders = streams
    .map(({ names }) => `{ ${names.map((name) => `${key(name)}: folder(${JSON.stringify(name)})`).join(', ')} }`)
    .join(', ');
  const usage = roles.map((role) => `--${role} DIR`).join(' ');
  const zeros = 'emptyPatch()';
  file.use('backend', 'useBackend');
  file.use('data', 'openBatches');
  file.use('trainer', 'train');
  file.use('weights', 'Weights');
  const command = `npx tsx train.ts ${usage} [--output DIR] [--settings FILE] [--seed N] [--max-steps N] [--save-every N] [--resume] [--backend NAME]`;
  return [
    `\nconst usage = ${JSON.stringify(command)};\n`,
    {
      kind: StructureKind.Function,
      name: 'main',
      isAsync: true,
      docs: ['\nThe command: `npx tsx train.ts`, with the folders of pictures as options.'],
      returnType: 'Promise<void>',
      statements: `
const { values } = parseArgs({
  options: {
    ${flags}
    output: { type: 'string', default: 'run' },
    settings: { type: 'string' },
    seed: { type: 'string', default: '1' },
    'max-steps': { type: 'string' },
    'save-every': { type: 'string', default: '500' },
    resume: { type: 'boolean', default: false },
    backend: { type: 'string' },
    help: { type: 'boolean', default: false },
  },
});
if (values.help) {
  console.log(usage);
  return;
}
const folder = (role: ${roles.map((role) => JSON.stringify(role)).join(' | ')}): string => {
  const path = values[role];
  if (path === undefined) throw new Error(\`--\${role} is missing\\n\${usage}\`);
  return path;
};
const settings: TrainingSettings = values.settings ? JSON.parse(await readFile(values.settings, 'utf8')) : {};
const { batch = ${batch}, patch = [${patch.join(', ')}] } = settings;
const seed = Number(values.seed);
console.log(\`backend: \${await useBackend(values.backend)}\`);
const batches = await openBatches<Batch>([${folders}], { seed, batch, patch, flip: ${augmentations.includes('flip')}, scale: ${augmentations.includes('scale')}, range: [${range.join(', ')}] });
const interruption = new AbortController();
process.once('SIGINT', () => {
  console.log('the running step is finished and saved; once more ends at once');
  interruption.abort();
});
const emptyPatch = () => tf.zeros<tf.Rank.R4>([1, patch[0], patch[1], 3]);
const networkOf = (weights: Weights) => new ${model}(weights.root${hasOptions ? ', settings.model' : ''});
await train<Batch>({
  stages: (weights) => stages(weights, networkOf(weights), settings),
  build: (weights) => tf.tidy(() => void networkOf(weights).apply(${zeros})),
  emptyBatch: () => ({ ${roles.map((role) => `${key(role)}: ${zeros}`).join(', ')} }),
  batches,
  output: values.output,
  seed,
  description: { seed, settings },
  metadata: { model: ${JSON.stringify(model)}, parameters: JSON.stringify(${hasOptions ? 'settings.model ?? {}' : '{}'}) },
  resume: values.resume,
  ...(values['max-steps'] === undefined ? {} : { maxSteps: Number(values['max-steps']) }),
  saveEvery: Number(values['save-every']),
  signal: interruption.signal,
});`,
    },
    `
if (process.argv[1] !== undefined && import.meta.url === pathToFileURL(process.argv[1]).href) {
  try {
    await main();
  } catch (error) {
    console.error(error instanceof Error ? error.message : error);
    process.exitCode = 1;
  }
}`,
  ];
}

const key = (role: string): string => valueName(role);
