import type { DataSection, ModelDeclaration, OptimizerSection, StageDeclaration, TrainingDeclaration } from '../../1-parse/ast.js';
import { report } from '../../diagnostics/index.js';
import type { Training } from '../../ir/ir.js';
import { streamRange } from '../../ir/stream-range.js';
import { constraintText } from '../elaborate/constraints.js';
import { type Context, type Elaboration, fail } from '../elaborate/context.js';
import { Environment } from '../elaborate/environment.js';
import { evaluate } from '../elaborate/evaluate.js';
import type { InstanceRecord } from '../elaborate/instances.js';
import type { ElaboratedModel } from '../elaborate/model.js';
import type { Value } from '../elaborate/values.js';
import { constantContext } from '../modules/module-environments.js';
import { readData } from './data-section.js';
import { GradientTracer } from './gradient-reach.js';
import { checkOnlyOptimizer, readOptimizer } from './optimizers.js';
import { checkPatch } from './patch-check.js';
import { Settings } from './settings.js';
import { type ElaboratedStage, StageElaboration } from './stages.js';

/** Elaborates and checks the training of a model; undefined, after diagnostics, where it is not sound. */
export function elaborateTraining(
  training: TrainingDeclaration,
  declaration: ModelDeclaration,
  model: ElaboratedModel,
  outer: Environment,
  state: Elaboration,
): Training | undefined {
  const environment = visibleEnvironment(model, outer);
  const context = constantContext(state, environment, 'the training');
  const settings = new Settings(training);
  for (const item of training.items) {
    if (item.kind !== 'let') continue;
    const given = evaluate(item.value, { ...context, place: 'a `let`' });
    settings.record(item.name.text, given);
    environment.define(item.name.text, given);
  }
  const data = readData(training, settings, context);
  const stages = elaborateStages(training, declaration.name.text, model, settings, context);
  const sound = stages.filter((stage) => stage !== undefined);
  if (state.exhausted || sound.length < stages.length) return undefined;
  checkAllTrained(model, sound, context);
  if (!data) return undefined;
  const running = sound.filter((stage) => stage.runs);
  for (const stage of running) {
    checkPatch(data, state.constraints.constraints, state.definitions.reachableFrom(stage.definition), context);
  }
  const { streams, patch, batch, augmentations } = data;
  const { constraints } = state.constraints;
  return {
    streams,
    patch,
    batch,
    augmentations,
    stages: running.map(({ stage }) => stage),
    settings: settings.values,
    ...(constraintText(constraints) === constraintText(model.constraints) ? {} : { constraints }),
  };
}

/** What a training sees of its model: parameters, settings and instances; tensors of its own pass only by name. */
function visibleEnvironment(model: ElaboratedModel, outer: Environment): Environment {
  const environment = new Environment(outer);
  for (const [name, value] of model.environment.entries())
    environment.define(name, hasTensors(value) ? { kind: 'model-value', name } : value);
  return environment;
}

const hasTensors = (value: Value): boolean =>
  value.kind === 'tensor' ||
  value.kind === 'outputs' ||
  (value.kind === 'list' && value.elements.some(hasTensors)) ||
  (value.kind === 'family' && [...value.members.values()].some((member) => hasTensors(member.value)));

function elaborateStages(
  training: TrainingDeclaration,
  name: string,
  model: ElaboratedModel,
  settings: Settings,
  context: Context,
): (ElaboratedStage | undefined)[] {
  const sections = training.items.filter((item): item is OptimizerSection => item.kind === 'optimizer');
  checkOnlyOptimizer(sections, '', context);
  const own = sections.map((section) => readOptimizer(section, '', settings, context));
  const inherited = own.reverse();
  const streams = training.items.filter((item): item is DataSection => item.kind === 'data').flatMap((section) => section.streams);
  const pictures = { names: streams.flatMap((stream) => stream.names), range: streamRange(model.definition) };
  const declared = new Map<string, StageDeclaration>();
  // Instances of the model and of all stages share one space of paths, as their weights are stored together.
  const made: InstanceRecord[] = [...model.scope.instances];
  const tracer = new GradientTracer(context.state.definitions);
  return training.items.flatMap((item): (ElaboratedStage | undefined)[] => {
    if (item.kind !== 'stage') return [];
    const first = declared.get(item.name.text);
    if (first) {
      const related = [{ message: 'the first one stands here', span: first.span }];
      fail(context, report.duplicateData({ span: item.name.span, what: `the stage \`${item.name.text}\``, related }));
      return [undefined];
    }
    declared.set(item.name.text, item);
    const stage = new StageElaboration(item, name, context, made, pictures, settings, inherited, tracer);
    const elaborated = stage.run();
    for (const instance of stage.instances) made.push(instance);
    return [elaborated];
  });
}

/** Reports instances whose weights no stage that runs trains and none declares frozen. */
function checkAllTrained(model: ElaboratedModel, stages: readonly ElaboratedStage[], context: Context): void {
  const running = stages.filter((stage) => stage.runs);
  if (running.length === 0) return;
  const records = new Set([...model.scope.instances, ...running.flatMap((stage) => stage.applied)]);
  for (const record of records) {
    if (context.state.definitions.parametersOf(record.definition?.id) === 0) continue;
    if (stages.some((stage) => (stage.runs && stage.trained.has(record)) || stage.declaredFrozen.has(record))) continue;
    fail(context, report.neverTrained({ span: record.span, instance: record.name }));
  }
}
