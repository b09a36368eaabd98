import { listWeights, type WeightInfo } from '../../../compiler/3-lower/index.js';
import { didYouMean } from '../../../compiler/diagnostics/did-you-mean.js';
import type { IR } from '../../../compiler/ir/ir.js';
import type { HostTensor } from '../../engines/engine.js';
import { inputFailure } from '../../files/index.js';
import type { WeightsFile } from '../weights.js';
import { fittingLayouts, fromLayout, layouts } from './layouts.js';
import type { MapEntry, NameMap } from './name-map.js';
import { fillTemplate } from './pattern.js';

/** Lines of a message that are printed; further ones are counted. */
const mostProblems = 12;

/**
 * The weights of a model out of a file with other names and layouts. Complete both ways: every tensor of the file is a weight, an alias or ignored,
 * and every weight gets its values from exactly one tensor.
 * @throws RuntimeFailure that names what is left over, missing, of another shape, or no alias after all.
 */
export function applyNameMap(map: NameMap, file: WeightsFile, ir: IR): WeightsFile {
  const application = new Application(map, file, ir);
  const tensors = application.run();
  const { problems } = application;
  if (problems.length > 0) {
    const rest = problems.length > mostProblems ? [`  ... and ${problems.length - mostProblems} more.`] : [];
    throw inputFailure(
      [
        `${map.path} does not bring ${file.path} to ${ir.model.name}:`,
        ...problems.slice(0, mostProblems).map((text) => `  ${text}`),
        ...rest,
      ].join('\n'),
    );
  }
  return { ...file, model: ir.model.name, parameters: ir.model.parameters, tensors };
}

class Application {
  readonly problems: string[] = [];
  private readonly weights: ReadonlyMap<string, WeightInfo>;
  private readonly found = new Map<string, { readonly name: string; readonly tensor: HostTensor }>();
  private readonly claimed = new Set<string>();

  constructor(
    private readonly map: NameMap,
    private readonly file: WeightsFile,
    private readonly ir: IR,
  ) {
    this.weights = new Map(listWeights(ir).map((weight) => [weight.path, weight]));
  }

  run(): Map<string, HostTensor> {
    for (const [name, tensor] of this.file.tensors) this.place(name, tensor);
    for (const { path, shape } of this.weights.values()) {
      if (!this.claimed.has(path)) this.problems.push(this.missing(path, shape));
    }
    return new Map(
      [...this.weights.keys()].flatMap((path) => {
        const found = this.found.get(path);
        return found ? [[path, found.tensor] as const] : [];
      }),
    );
  }

  private place(name: string, tensor: HostTensor): void {
    const target = this.targetOf(name);
    if (target !== undefined) {
      this.assign(name, tensor, target.path, target.entry);
      return;
    }
    for (const { pattern, original } of this.map.aliases) {
      const match = pattern.match(name);
      const other = match && fillTemplate(original, match);
      if (other === undefined) continue;
      this.checkAlias(name, tensor, other);
      return;
    }
    if (this.map.ignored.some((pattern) => pattern.match(name) !== undefined)) return;
    const patterns = [...this.map.tensors, ...this.map.aliases].map(({ pattern }) => pattern.text);
    const [nearest] = didYouMean(name, patterns);
    const hint = nearest === undefined ? 'map it to a weight, or list it under `ignore`' : `did you mean it by \`${nearest}\`?`;
    this.problems.push(`${name} [${tensor.shape.join(', ')}] of the file is not in the map: ${hint}`);
  }

  /** What the map makes of a name: an entry of that very name, else the first whose pattern fits. */
  private targetOf(name: string): { readonly path: string; readonly entry: MapEntry } | undefined {
    const entries = [
      ...this.map.tensors.filter(({ pattern }) => pattern.isExact),
      ...this.map.tensors.filter(({ pattern }) => !pattern.isExact),
    ];
    for (const entry of entries) {
      const match = entry.pattern.match(name);
      const path = match && fillTemplate(entry.path, match);
      if (path !== undefined) return { path, entry };
    }
    return undefined;
  }

  private assign(name: string, tensor: HostTensor, path: string, { layout }: MapEntry): void {
    const weight = this.weights.get(path);
    if (weight === undefined) {
      const [nearest] = didYouMean(path, this.weights.keys());
      const [first, last] = [[...this.weights.keys()][0], [...this.weights.keys()].at(-1)];
      const hint = nearest === undefined ? `its ${this.weights.size} weights go from ${first} to ${last}` : `did you mean ${nearest}?`;
      this.problems.push(`${name}: ${this.ir.model.name} has no weight ${path}; ${hint}`);
      return;
    }
    const other = this.found.get(path);
    this.claimed.add(path);
    if (other !== undefined) {
      this.problems.push(
        `${other.name} and ${name} are both mapped to ${path}: where they are the same tensor, list one under \`aliases\``,
      );
      return;
    }
    const fitting = fittingLayouts(tensor.shape, weight.shape);
    const shapes = `[${tensor.shape.join(', ')}] in the file, [${weight.shape.join(', ')}] in the model`;
    if (layout === undefined && tensor.shape.length > 1) {
      const choices = fitting.map((name) => `\`from ${name}\` (${layouts[name].description})`);
      const advice = fitting.length === 0 ? 'no layout fits' : `write behind the path ${choices.join(' or ')}`;
      this.problems.push(`${name} (${shapes}): the map does not say in which layout it is; ${advice}`);
      return;
    }
    const mapped = fromLayout(tensor, layout ?? 'same', weight.shape);
    if (mapped !== undefined) {
      this.found.set(path, { name, tensor: mapped });
      return;
    }
    const stated = layout === undefined ? '' : `, as ${layout} (${layouts[layout].description})`;
    const advice = fitting.length === 0 ? '' : `; ${fitting.join(' or ')} would fit`;
    this.problems.push(`${name} does not have the shape of ${path}: ${shapes}${stated}${advice}`);
  }

  private checkAlias(name: string, tensor: HostTensor, original: string): void {
    const other = this.file.tensors.get(original);
    if (other === undefined) {
      const [nearest] = didYouMean(original, this.file.tensors.keys());
      this.problems.push(
        `${name} is to be the same as ${original}, which the file does not hold${nearest === undefined ? '' : `: did you mean ${nearest}?`}`,
      );
    } else if (!isSame(tensor, other)) {
      this.problems.push(`${name} is to be the same tensor as ${original}, but has other values, so it is a weight of its own`);
    }
  }

  private missing(path: string, shape: readonly number[]): string {
    const unmatched = this.map.tensors.filter(({ pattern }) => ![...this.file.tensors.keys()].some((name) => pattern.match(name)));
    const [first] = unmatched;
    const hint = first === undefined ? '' : ` (\`${first.pattern.text}\` of the map fits no tensor of the file)`;
    return `${path} [${shape.join(', ')}] of ${this.ir.model.name} gets no tensor${hint}`;
  }
}

function isSame(a: HostTensor, b: HostTensor): boolean {
  return a.shape.join() === b.shape.join() && a.values.every((value, i) => Object.is(value, b.values[i]));
}
