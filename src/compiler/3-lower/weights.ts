import type { Definition, Initializer, IR } from '../ir/ir.js';

/** A stored tensor of a network, trained or a statistic, by its stable path. */
export interface WeightInfo {
  /** Path of its instance, a dot, its name: `deg.r[2].group[1].rcab[3].conv1.kernel`. */
  readonly path: string;
  readonly shape: readonly number[];
  readonly initializer: Initializer;
  /** No loss trains it. */
  readonly statistic?: true;
}

/** Joins an instance's path and a name; the path of the root is empty. */
export const joinPath = (path: string, name: string): string => (path === '' ? name : `${path}.${name}`);

/** Finds a definition by its id. @throws RangeError when there is none: the IR was not verified. */
export const definitionOf = (ir: IR, id: string): Definition => {
  const found = ir.definitions.find((definition) => definition.id === id);
  if (found === undefined) throw new RangeError(`the IR has no definition '${id}'`);
  return found;
};

/** Weights of a definition's tree of instances, in the order of the IR, each once. */
export const listWeights = (ir: IR, definitionId: string = ir.model.definition): WeightInfo[] => {
  const byId = new Map(ir.definitions.map((definition) => [definition.id, definition]));
  const weights = new Map<string, WeightInfo>();
  const visit = (id: string, path: string): void => {
    const definition = byId.get(id) ?? definitionOf(ir, id);
    for (const { name, shape, initializer, statistic } of definition.weights) {
      const weightPath = joinPath(path, name);
      if (!weights.has(weightPath)) weights.set(weightPath, { path: weightPath, shape, initializer, ...(statistic && { statistic }) });
    }
    for (const instance of definition.instances) visit(instance.definition, joinPath(path, instance.name));
  };
  visit(definitionId, '');
  return [...weights.values()];
};

/** Weights of the model and of all stages of its training, each once. */
export const listAllWeights = (ir: IR): WeightInfo[] => {
  const stages = ir.training?.stages.map((stage) => stage.definition) ?? [];
  const all = [ir.model.definition, ...stages].flatMap((definition) => listWeights(ir, definition));
  return [...new Map(all.map((weight) => [weight.path, weight])).values()];
};

/** Whether a weight belongs to the instance with this path or to an instance inside it. */
export const belongsTo = (weightPath: string, instancePath: string): boolean => weightPath.startsWith(`${instancePath}.`);
