import { printRate } from '../2-analyze/training/rate-text.js';
import { updateSettings } from '../2-analyze/training/updates-text.js';
import type { Sizes } from '../ir/dimension.js';
import type { Definition, IR, Minimizer, Stage, Training } from '../ir/ir.js';
import { compareNaturally } from '../natural-order.js';
import { compareBodies, differingTexts } from './block-diff.js';
import { Body, type Term } from './body.js';
import { compareTables, compareValues } from './compare.js';
import { printExpression } from './expression.js';
import { compareInstances } from './instance-diff.js';
import { type InstanceTree, instanceTree } from './instances.js';
import type { Sides } from './match-instances.js';
import type { LossDiff, NamedChange, StageDiff, TermDiff, TrainingDiff } from './model-diff.js';

/** The training of one side; undefined where it has none. */
interface TrainingSide {
  readonly ir: IR;
  readonly training: Training | undefined;
}

/** Null where both sides are trained alike, or neither is. */
export const compareTrainings = (a: IR, b: IR, fingerprints: Sides): TrainingDiff | null => {
  const [left, right]: [TrainingSide, TrainingSide] = [
    { ir: a, training: a.training },
    { ir: b, training: b.training },
  ];
  if (!left.training && !right.training) return null;
  const names = [...new Set([...stagesOf(left), ...stagesOf(right)].map(({ name }) => name))].sort(compareNaturally);
  const shared = (side: TrainingSide, other: TrainingSide): string[] =>
    stagesOf(side).flatMap(({ name }) => (stagesOf(other).some((stage) => stage.name === name) ? [name] : []));
  const difference: Omit<TrainingDiff, 'change'> = {
    data: compareTables(dataOf(left.training), dataOf(right.training)),
    settings: compareTables(left.training?.settings ?? {}, right.training?.settings ?? {}),
    order: compareValues(shared(left, right), shared(right, left)),
    stages: names.flatMap((name) =>
      compareStage(stageSide(left, name, fingerprints.a), stageSide(right, name, fingerprints.b), fingerprints),
    ),
  };
  const { data, settings, order, stages } = difference;
  if (!left.training || !right.training) return { change: left.training ? 'removed' : 'added', ...difference };
  return [data, settings, stages].every((list) => list.length === 0) && order === null ? null : { change: 'changed', ...difference };
};

const stagesOf = ({ training }: TrainingSide): readonly Stage[] => training?.stages ?? [];

/** The data section as source text. */
const dataOf = (training: Training | undefined): Record<string, string> => {
  if (!training) return {};
  const { streams, patch, batch, augmentations } = training;
  return {
    streams: streams.map(({ kind, names }) => `${kind}(${names.join(', ')})`).join(' '),
    patch: patch.join(' x '),
    batch: String(batch),
    augment: augmentations.length === 0 ? 'nothing' : [...augmentations].sort().join(', '),
  };
};

/** A stage with all that is needed to compare it. */
interface StageSide {
  readonly stage: Stage;
  readonly body: Body;
  readonly definition: Definition;
  /** Only the instances that the stage makes. */
  readonly own: InstanceTree;
}

const stageSide = ({ ir, training }: TrainingSide, name: string, fingerprints: Sides['a']): StageSide | undefined => {
  const stage = training?.stages.find((candidate) => candidate.name === name);
  if (!training || !stage) return undefined;
  const definition = fingerprints.definition(stage.definition);
  const [H, W] = training.patch;
  const sizes: Sizes = { B: 1, H, W };
  const tree = instanceTree(ir, stage.definition, fingerprints, sizes);
  const ofModel = new Set(fingerprints.definition(ir.model.definition).instances.map((instance) => instance.name));
  const children = tree.children.filter((child) => !ofModel.has(child.name));
  return { stage, body: new Body(definition, fingerprints), definition, own: { ...tree, children } };
};

const compareStage = (a: StageSide | undefined, b: StageSide | undefined, fingerprints: Sides): StageDiff[] => {
  const name = (a ?? b)?.stage.name ?? '';
  const told = new Set([a, b].flatMap((side) => side?.definition.outputs.map((output) => output.name) ?? []));
  const difference: Omit<StageDiff, 'change'> = {
    name,
    duration: compareSides(a, b, ({ stage }) => durationText(stage)),
    ema: compareSides(a, b, ({ stage }) => (stage.ema ? printRate(stage.ema.decay) : null)),
    frozen: compareSides(a, b, ({ stage }) => [...stage.frozen].sort(compareNaturally)),
    losses: lossNames(a, b).flatMap((loss) => compareLoss(loss, a, b)),
    logged: compareLogged(a, b),
    values: a && b ? compareBodies(a.body, b.body, told) : compareValuesOfOne(a, b, told),
    instances: compareOwnInstances(a, b, fingerprints),
  };
  if (!a || !b) return [{ change: a ? 'removed' : 'added', ...difference }];
  const { duration, ema, frozen, losses, logged, values, instances } = difference;
  const isSame =
    duration === null && ema === null && frozen === null && [losses, logged, values, instances].every((list) => list.length === 0);
  return isSame ? [] : [{ change: 'changed', ...difference }];
};

const compareSides = <T>(a: StageSide | undefined, b: StageSide | undefined, of: (side: StageSide) => T) => {
  if (a && b) return compareValues(of(a), of(b));
  return { a: a ? of(a) : null, b: b ? of(b) : null };
};

/** '20 epochs' */
export const durationText = ({ duration }: Stage): string =>
  'epochs' in duration ? `${duration.epochs} epochs` : `${duration.steps} steps`;

const compareValuesOfOne = (a: StageSide | undefined, b: StageSide | undefined, told: ReadonlySet<string>): NamedChange<string>[] => {
  const texts = (side: StageSide | undefined): Record<string, string> =>
    Object.fromEntries(
      [...(side?.body.entries ?? [])].flatMap(([name, { expression }]) => (told.has(name) ? [] : [[name, printExpression(expression(0))]])),
    );
  return compareTables(texts(a), texts(b));
};

const compareOwnInstances = (a: StageSide | undefined, b: StageSide | undefined, fingerprints: Sides): StageDiff['instances'] => {
  const side = a ?? b;
  if (!side) return [];
  const nothing: InstanceTree = { ...side.own, contents: -1, children: [] };
  const [left, right] = [a?.own ?? nothing, b?.own ?? nothing];
  // The contents of a stage are more than its own instances.
  return compareInstances({ ...left, contents: -1 }, { ...right, contents: -2 }, fingerprints).differences;
};

const lossNames = (a: StageSide | undefined, b: StageSide | undefined): string[] =>
  [...new Set([a, b].flatMap((side) => side?.stage.minimizers.map(({ loss }) => loss) ?? []))].sort(compareNaturally);

interface LossSide {
  readonly minimizer: Minimizer;
  readonly body: Body;
  readonly value: string;
}

const lossSide = (side: StageSide | undefined, name: string): LossSide | undefined => {
  const minimizer = side?.stage.minimizers.find(({ loss }) => loss === name);
  const output = side?.definition.outputs.find((port) => port.name === name);
  return side && minimizer && output ? { minimizer, body: side.body, value: output.value } : undefined;
};

const compareLoss = (name: string, stageOfA: StageSide | undefined, stageOfB: StageSide | undefined): LossDiff[] => {
  const [a, b] = [lossSide(stageOfA, name), lossSide(stageOfB, name)];
  const over = (side: LossSide | undefined): readonly string[] | null => (side ? [...side.minimizer.over].sort(compareNaturally) : null);
  const difference: Omit<LossDiff, 'change'> = {
    name,
    over: compareValues(over(a), over(b)),
    optimizer: compareTables(optimizerOf(a), optimizerOf(b)),
    expression: compareExpressions(a, b),
    terms: compareTerms(a, b),
  };
  if (!a || !b) return [{ change: a ? 'removed' : 'added', ...difference }];
  const isSame = difference.over === null && difference.optimizer.length === 0 && difference.expression === null;
  return isSame ? [] : [{ change: 'changed', ...difference }];
};

const optimizerOf = (side: LossSide | undefined): Readonly<Record<string, string | number>> => (side ? updateSettings(side.minimizer) : {});

const compareExpressions = (a: LossSide | undefined, b: LossSide | undefined): LossDiff['expression'] => {
  const textOf = (side: LossSide | undefined): string | null => (side ? printExpression(side.body.expressionOf(side.value)) : null);
  if (!a || !b) return { a: textOf(a), b: textOf(b) };
  if (a.body.contentOf(a.value) === b.body.contentOf(b.value)) return null;
  const [left, right] = [textOf(a), textOf(b)];
  if (left !== right) return { a: left, b: right };
  const [before, after] = differingTexts(
    (unfolded) => a.body.expressionOf(a.value, unfolded),
    (unfolded) => b.body.expressionOf(b.value, unfolded),
  );
  return { a: before, b: after };
};

/** The terms whose factors differ. Of terms that read alike and are made otherwise, the bodies of their functions are shown. */
const compareTerms = (a: LossSide | undefined, b: LossSide | undefined): TermDiff[] => {
  const [left, right] = [termTable(a), termTable(b)];
  const differences: (TermDiff & { readonly content: number })[] = [];
  for (const content of new Set([...left.keys(), ...right.keys()])) {
    const [before, after] = [left.get(content), right.get(content)];
    if (before?.factor === after?.factor) continue;
    const term = before && a ? termText(a, before) : after && b ? termText(b, after) : '';
    differences.push({ term, a: before?.factor ?? null, b: after?.factor ?? null, content });
  }
  const reopened = differences.map((difference): TermDiff => {
    const { content, ...told } = difference;
    const twin = differences.find((other) => other.content !== content && other.term === told.term);
    const [term, other] = [left.get(content) ?? right.get(content), twin && (left.get(twin.content) ?? right.get(twin.content))];
    const [own, others] = left.has(content) ? [a, b] : [b, a];
    if (!term?.value || !other?.value || !own || !others) return told;
    const [value, otherValue] = [term.value, other.value];
    const [text] = differingTexts(
      (unfolded) => own.body.expressionOf(value, unfolded),
      (unfolded) => others.body.expressionOf(otherValue, unfolded),
    );
    return { ...told, term: text };
  });
  return reopened.sort((x, y) => compareNaturally(x.term, y.term));
};

const termTable = (side: LossSide | undefined): Map<number, Term> =>
  new Map(
    (side?.body.termsOf(side.value) ?? []).map((term) => [term.value === undefined ? -1 : (side?.body.contentOf(term.value) ?? -1), term]),
  );

const termText = ({ body }: LossSide, { value }: Term): string => (value === undefined ? '1' : printExpression(body.expressionOf(value)));

const compareLogged = (a: StageSide | undefined, b: StageSide | undefined): NamedChange<string>[] => {
  const names = [...new Set([a, b].flatMap((side) => side?.stage.logged ?? []))].sort(compareNaturally);
  return names.flatMap((name) => {
    const [left, right] = [loggedValue(a, name), loggedValue(b, name)];
    if (left && right && left.content === right.content) return [];
    if (!left || !right)
      return [{ name, a: left ? printExpression(left.expression(0)) : null, b: right ? printExpression(right.expression(0)) : null }];
    const [before, after] = differingTexts(left.expression, right.expression);
    return [{ name, a: before, b: after }];
  });
};

const loggedValue = (side: StageSide | undefined, name: string) => {
  const output = side?.stage.logged.includes(name) ? side.definition.outputs.find((port) => port.name === name) : undefined;
  if (!side || !output) return undefined;
  const { body } = side;
  return { content: body.contentOf(output.value), expression: (unfolded: number) => body.expressionOf(output.value, unfolded) };
};
