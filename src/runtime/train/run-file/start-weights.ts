import { initializeWeights, listAllWeights, type WeightInfo } from '../../../compiler/3-lower/index.js';
import type { IR } from '../../../compiler/ir/ir.js';
import { modelTitle } from '../../../compiler/ir/model-title.js';
import { applyNameMap, hashTensors, mapBeside, readNameMap, readWeights, type WeightsFile } from '../../checkpoint/index.js';
import type { HostTensor } from '../../engines/engine.js';
import { inputFailure } from '../../files/index.js';
import type { RunFile } from './run-file.js';

/** What a training begins with. */
export interface StartWeights {
  /** Every weight of the model and of its stages, by path. */
  readonly weights: ReadonlyMap<string, HostTensor>;
  /** SHA-256 of the weights that the run file names, as `mfnc weights show` prints it; undefined where it names none. */
  readonly sha256: string | undefined;
  /** What the user should know of how the file and the model fit, a line each. */
  readonly notes: readonly string[];
}

/** Differences that a message lists; further ones are counted. */
const mostListed = 4;

/**
 * The weights that a training begins with: those that the run file names, and for what they lack (discriminators, for example), and without a file for
 * everything, the initial values that the model states, drawn from the seed.
 * @throws RuntimeFailure when the file is missing or damaged, when a tensor has another shape than the weight of its name, or when none has a place in the model.
 */
export async function startWeights(run: RunFile, ir: IR): Promise<StartWeights> {
  const drawn = initializeWeights(ir, run.seed);
  if (run.weights === undefined) return { weights: drawn, sha256: undefined, notes: [] };
  const stored = await readWeights(run.weights.file);
  const sha256 = hashTensors(stored.tensors);
  if (run.weights.sha256 !== undefined && run.weights.sha256 !== sha256) {
    throw inputFailure(
      `${run.placeOf(['weights', 'sha256'])}: ${run.weights.file} holds other weights: the run file wants those with SHA-256 ${run.weights.sha256}, its are ${sha256}.`,
    );
  }
  const map = run.weights.map ?? mapBeside(run.model, stored, ir);
  const file = map === undefined ? stored : applyNameMap(await readNameMap(map), stored, ir);
  const wanted = listAllWeights(ir);
  requireShapes(file, wanted, ir, run);
  const given = wanted.flatMap(({ path }) => {
    const tensor = file.tensors.get(path);
    return tensor === undefined ? [] : [[path, tensor] as const];
  });
  return { weights: new Map([...drawn, ...given]), sha256, notes: notesOn(file, wanted, ir) };
}

function requireShapes(file: WeightsFile, wanted: readonly WeightInfo[], ir: IR, run: RunFile): void {
  const place = run.placeOf(['weights']);
  if (!wanted.some(({ path }) => file.tensors.has(path))) {
    const [theirs, ours] = [[...file.tensors.keys()][0] ?? 'none', wanted[0]?.path ?? 'none'];
    throw inputFailure(
      [
        `${place}: none of the ${file.tensors.size} tensors of ${file.path} is a weight of ${modelTitle(ir)}: the first one there is ${theirs}, here ${ours}.`,
        'Give weights of this model, or a name map that says which tensor is which weight: weights: { file: FILE, map: NET.weights.yaml } (mfnc weights --help).',
      ].join('\n'),
    );
  }
  const others = wanted.flatMap(({ path, shape }) => {
    const found = file.tensors.get(path)?.shape;
    return found === undefined || found.join() === shape.join()
      ? []
      : [`  ${path} is [${found.join(', ')}] in the file, [${shape.join(', ')}] in ${modelTitle(ir)}`];
  });
  if (others.length === 0) return;
  const rest = others.length > mostListed ? [`  and ${others.length - mostListed} more`] : [];
  throw inputFailure(
    [`${place}: ${file.path} does not fit:`, ...others.slice(0, mostListed), ...rest, adviceOnShapes(file, ir)].join('\n'),
  );
}

function adviceOnShapes(file: WeightsFile, { model }: IR): string {
  const different = Object.entries(file.parameters).filter(
    ([name, value]) => Object.hasOwn(model.parameters, name) && JSON.stringify(value) !== JSON.stringify(model.parameters[name]),
  );
  if (file.model !== model.name || different.length === 0) return 'Give weights of the same network, or change the model.';
  const text = different.map(([name, value]) => `${name}: ${JSON.stringify(value)}`).join(', ');
  return `The weights were trained with ${text}: write parameters: { ${text} } into the run file.`;
}

function notesOn(file: WeightsFile, wanted: readonly WeightInfo[], ir: IR): string[] {
  const paths = new Set(wanted.map(({ path }) => path));
  const missing = wanted.map(({ path }) => path).filter((path) => !file.tensors.has(path));
  const surplus = [...file.tensors.keys()].filter((name) => !paths.has(name));
  return [
    `starting from ${counted(wanted.length - missing.length, 'weight')} of ${file.path}`,
    ...(missing.length === 0
      ? []
      : [`not in ${file.path}, and so drawn from the seed: ${counted(missing.length, 'weight')} of ${owners(missing)}`]),
    ...(surplus.length === 0
      ? []
      : [`without a place in ${modelTitle(ir)}, and so left out: ${counted(surplus.length, 'tensor')} of ${owners(surplus)}`]),
  ];
}

const counted = (count: number, noun: string): string => `${count} ${noun}${count === 1 ? '' : 's'}`;

/** The instances of the model or of a stage that weights belong to, each once: `d_low, d_de`. */
function owners(paths: readonly string[]): string {
  return [...new Set(paths.map((path) => path.split('.')[0]))].join(', ');
}
