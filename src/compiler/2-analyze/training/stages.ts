import type { MinimizeStatement, Name, OptimizerSection, StageDeclaration, StageStatement } from '../../1-parse/ast.js';
import { report, type Span } from '../../diagnostics/index.js';
import { formatShape } from '../../ir/dimension.js';
import type { Definition, Minimizer, Stage, ValueRange } from '../../ir/ir.js';
import { checkPaths } from '../elaborate/blocks.js';
import { BodyScope, runAssign, runFor } from '../elaborate/body.js';
import { type Context, fail, ofStatement } from '../elaborate/context.js';
import { DefinitionBuilder } from '../elaborate/definition-builder.js';
import { Environment } from '../elaborate/environment.js';
import { evaluate } from '../elaborate/evaluate.js';
import type { InstanceRecord } from '../elaborate/instances.js';
import { observeValue } from '../elaborate/observe-value.js';
import { toTensor } from '../elaborate/tensors.js';
import { describe, errorValue, type TensorValue, type Value } from '../elaborate/values.js';
import type { GradientTracer, Unreached } from './gradient-reach.js';
import {
  adamFrom,
  averagesFrom,
  checkOnlyOptimizer,
  gradientsFrom,
  mergeSettings,
  type OptimizerSettings,
  readOptimizer,
} from './optimizers.js';
import { checkDecay, checkRate } from './schedules.js';
import type { Settings } from './settings.js';
import { unstableOperators } from './unstable-operators.js';
import { zeroTerms } from './zero-terms.js';

/** A stage with what the checks across stages need. */
export interface ElaboratedStage {
  readonly stage: Stage;
  readonly definition: Definition;
  /** Whether it runs at all: a stage of 0 epochs is checked and left out. */
  readonly runs: boolean;
  readonly applied: readonly InstanceRecord[];
  readonly trained: ReadonlySet<InstanceRecord>;
  readonly declaredFrozen: ReadonlySet<InstanceRecord>;
}

interface Loss {
  readonly statement: MinimizeStatement;
  readonly over: readonly InstanceRecord[];
  /** Id of the loss in the stage's definition; empty where it failed. */
  readonly value: string;
}

/** How the losses of a stage change weights. */
type Updates = Pick<Minimizer, 'optimizer' | 'gradients'> & Pick<Stage, 'ema'>;

/** Elaborates one stage of a training. */
export class StageElaboration {
  private readonly losses: Loss[] = [];
  private readonly logged: string[] = [];
  private readonly frozen: { readonly record: InstanceRecord; readonly name: Name }[] = [];
  private readonly builder: DefinitionBuilder;
  private readonly context: Context;
  private readonly scope: BodyScope;
  /** Whether a loss or what it trains could not be made out, so that checks of the whole would mislead. */
  private isIncomplete = false;

  /**
   * @param outer the training's context, whose environment holds data streams by name
   * @param made instances that were made before; their paths are taken
   * @param inherited the optimizer sections of the training
   */
  constructor(
    private readonly declaration: StageDeclaration,
    model: string,
    outer: Context,
    made: readonly InstanceRecord[],
    private readonly streams: { readonly names: readonly Name[]; readonly range: ValueRange },
    private readonly settings: Settings,
    private readonly inherited: readonly OptimizerSettings[],
    private readonly tracer: GradientTracer,
  ) {
    const name = `${model}.${declaration.name.text}`;
    this.builder = new DefinitionBuilder(outer.state.newId(name));
    this.context = {
      ...outer,
      environment: new Environment(outer.environment),
      builder: this.builder,
      place: name,
      training: true,
      isFrozen: (record) => this.isFrozen(record),
    };
    this.scope = new BodyScope(declaration.body, this.context.environment, made);
  }

  /** The instances that the stage itself makes. */
  get instances(): readonly InstanceRecord[] {
    return this.scope.instances;
  }

  /** Undefined, after a diagnostic, where the stage could not be elaborated. */
  run(): ElaboratedStage | undefined {
    const { declaration, context, builder } = this;
    const { state } = context;
    const { names, range } = this.streams;
    for (const name of names) {
      const value = builder.addInput(name.text, ['B', 'H', 'W', 3], name.span, range);
      context.environment.define(name.text, value);
      observeValue(context, name, value);
    }
    this.runStatements(declaration.body, context, this.scope);
    const duration = this.duration();
    const updates = this.updates(duration);
    builder.dropUnusedInputs();
    const { documentation, span } = declaration;
    const definition = builder.finish({ block: context.place, documentation, span, parameters: {} });
    if (this.losses.length === 0) fail(context, report.nothingMinimized({ span: declaration.name.span, stage: declaration.name.text }));
    if (state.exhausted || this.isIncomplete || this.losses.length === 0 || !duration || !updates) return undefined;
    if (!checkPaths(context, definition) || !this.checkLosses(definition)) return undefined;
    state.definitions.add(definition);
    return this.finish(definition, duration, updates);
  }

  private finish(definition: Definition, duration: Stage['duration'], { ema, ...updates }: Updates): ElaboratedStage {
    const { declaration, builder } = this;
    const { definitions } = this.context.state;
    const withWeights = builder.appliedInstances.filter((record) => definitions.parametersOf(record.definition?.id) > 0);
    const withTensors = builder.appliedInstances.filter((record) => definitions.storedNumbersOf(record.definition?.id) > 0);
    const trained = new Set(this.losses.flatMap(({ over }) => over));
    const { documentation, name, span } = declaration;
    const stage: Stage = {
      name: name.text,
      ...(documentation === undefined ? {} : { documentation }),
      duration,
      definition: definition.id,
      frozen: withWeights.filter((record) => !trained.has(record)).map((record) => record.name),
      minimizers: this.losses.map(({ statement, over }) => ({
        loss: statement.loss.text,
        over: over.map((record) => record.name),
        ...updates,
        span: statement.span,
      })),
      logged: this.logged,
      ...(ema && { ema }),
      span,
    };
    this.checkFrozen(withWeights, withTensors, trained);
    return {
      stage,
      definition,
      runs: ('epochs' in duration ? duration.epochs : duration.steps) > 0,
      applied: withWeights,
      trained,
      declaredFrozen: new Set(this.frozen.map(({ record }) => record)),
    };
  }

  private runStatements(statements: readonly StageStatement[], context: Context, scope: BodyScope): void {
    for (const statement of statements) {
      if (context.state.exhausted) return;
      switch (statement.kind) {
        case 'let':
          this.runLet(statement, context);
          break;
        case 'assign':
          runAssign(statement, context, scope);
          break;
        case 'for':
          runFor(statement, context, (inner) => this.runStatements(statement.body as readonly StageStatement[], inner, scope));
          break;
        case 'frozen':
          for (const name of statement.names) {
            for (const record of this.instancesNamed(name, context)) this.frozen.push({ record, name });
          }
          break;
        case 'minimize': {
          for (const span of zeroTerms(statement.value)) fail(context, report.zeroTerm({ span }));
          const over = statement.over.flatMap((name) => this.instancesNamed(name, context));
          const loss = this.scalar(statement.loss, statement.value, context);
          this.losses.push({ statement, over, value: loss?.id ?? '' });
          break;
        }
        case 'log':
          if (this.scalar(statement.name, statement.value, context)) this.logged.push(statement.name.text);
          break;
        case 'optimizer':
          break;
      }
    }
  }

  private runLet(statement: StageStatement & { kind: 'let' }, context: Context): void {
    const value = evaluate(statement.value, ofStatement({ ...context, builder: undefined, place: 'a `let`' }));
    const isSetting = context.environment === this.context.environment;
    if (isSetting) this.settings.record(`${this.declaration.name.text}.${statement.name.text}`, value);
    context.environment.define(statement.name.text, value);
  }

  /** A loss or a logged value: gives it its name and enters it as an output. */
  private scalar(name: Name, expression: MinimizeStatement['value'], outer: Context): TensorValue | undefined {
    const context = ofStatement(outer);
    const value = evaluate(expression, context);
    const tensor = toTensor(context, value, expression.span, `\`${name.text}\``);
    context.environment.define(name.text, tensor ?? errorValue);
    observeValue(context, name, tensor ?? errorValue);
    if (!tensor || tensor.shape.length > 0) this.isIncomplete = true;
    if (!tensor) return undefined;
    if (tensor.shape.length > 0) {
      const shape = formatShape(tensor.shape, context.state.constraints.divisorsBySymbol);
      fail(context, report.lossNotScalar({ span: expression.span, name: name.text, shape }));
      return undefined;
    }
    this.builder.label(tensor, name.text);
    this.builder.addOutput(name.text, tensor);
    return tensor;
  }

  /** Whether a `frozen` statement, wherever it stands in the stage, names an instance. */
  private isFrozen(record: InstanceRecord): boolean {
    const names = this.declaration.body.flatMap((statement) => (statement.kind === 'frozen' ? statement.names : []));
    return names.some(({ text }) => instancesOf(this.context.environment.lookup(text) ?? errorValue)?.includes(record) === true);
  }

  private instancesNamed(name: Name, context: Context): InstanceRecord[] {
    const value = context.environment.lookup(name.text) ?? errorValue;
    const records = instancesOf(value);
    if (records) return records;
    this.isIncomplete = true;
    if (value.kind !== 'error') fail(context, report.notAnInstance({ span: name.span, name: name.text, found: describe(value) }));
    return [];
  }

  /** How long the stage runs. */
  private duration(): Stage['duration'] | undefined {
    const { declaration, settings, context } = this;
    const { amount, unit } = declaration.duration;
    const { span } = amount;
    const stage = declaration.name.text;
    const value = evaluate(amount, { ...context, builder: undefined });
    if (value.kind === 'error') return undefined;
    if (value.kind !== 'number' || !value.integer) {
      fail(context, report.typeMismatch({ span, what: `the ${unit} of \`${stage}\``, expected: 'an int', found: describe(value) }));
      return undefined;
    }
    if (value.value < 0 || value.value > 1e9) {
      fail(context, report.valueOutOfRange({ span, what: `the ${unit} of \`${stage}\``, value: value.value, low: 0, high: 1e9 }));
      return undefined;
    }
    settings.recordBuiltIn(`${stage}.`, 'duration', unit, value);
    return unit === 'epochs' ? { epochs: value.value } : { steps: value.value };
  }

  private updates(duration: Stage['duration'] | undefined): Updates | undefined {
    const { declaration, settings, context, inherited } = this;
    const prefix = `${declaration.name.text}.`;
    const sections = declaration.body.filter((statement): statement is OptimizerSection => statement.kind === 'optimizer');
    checkOnlyOptimizer(sections, ` in the stage \`${declaration.name.text}\``, context);
    const own = sections.map((section) => readOptimizer(section, prefix, settings, context));
    const merged = mergeSettings([...own.reverse(), ...inherited]);
    const optimizer = adamFrom(merged);
    const stage = declaration.name.text;
    if (optimizer && merged.rateSpan && duration) checkRate(optimizer.rate, duration, stage, merged.rateSpan, context);
    if (merged.decay !== undefined && merged.decaySpan && duration) checkDecay(merged.decay, duration, stage, merged.decaySpan, context);
    if (!optimizer) {
      fail(context, report.missingRate({ span: declaration.name.span, stage }));
      return undefined;
    }
    const [gradients, ema] = [gradientsFrom(merged), averagesFrom(merged)];
    return { optimizer, ...(gradients && { gradients }), ...(ema && { ema }) };
  }

  /** Whether every loss trains what it says, and nothing is trained twice. */
  private checkLosses(definition: Definition): boolean {
    const trainedBy = new Map<InstanceRecord, MinimizeStatement>();
    let isValid = true;
    this.checkStability(definition);
    for (const { statement, over, value } of this.losses) {
      const reach = this.tracer.trace(definition, value);
      for (const record of over) {
        const diagnostic = this.checkTrained(record, statement, trainedBy.get(record), reach.instances);
        if (diagnostic) {
          isValid = false;
          fail(this.context, diagnostic);
        } else this.warnOfUnreached(record, statement, this.tracer.unreachedWeights(definition, value, record.name));
        trainedBy.set(record, statement);
      }
    }
    return isValid;
  }

  /** Of an instance that the gradient reaches, some weights may lie aside: they would keep their start values, and nobody would see it. */
  private warnOfUnreached(record: InstanceRecord, { loss }: MinimizeStatement, { count, first }: Unreached): void {
    if (count === 0) return;
    const others = count === 1 ? '' : ` and ${count - 1} other weight${count === 2 ? '' : 's'} of \`${record.name}\``;
    const related = [{ message: `\`${record.name}\` is made here`, span: record.span }];
    const { span, text } = loss;
    fail(this.context, report.weightsNotReached({ span, loss: text, weight: `${record.name}.${first}`, others, related }));
  }

  /** Warns of operators, in the stage and in the blocks that it trains, that are infinite for inputs that occur. */
  private checkStability(stage: Definition): void {
    const { definitions, sink } = this.context.state;
    for (const definition of definitions.reachableFrom(stage)) {
      const values = definition === stage ? this.losses.map(({ value }) => value) : definition.outputs.map(({ value }) => value);
      for (const diagnostic of unstableOperators(definition, values, this.tracer, definition === stage)) sink.add(diagnostic);
    }
  }

  private checkTrained(
    record: InstanceRecord,
    statement: MinimizeStatement,
    other: MinimizeStatement | undefined,
    reached: ReadonlySet<string>,
  ): ReturnType<typeof report.notReached> | undefined {
    const instance = record.name;
    const { span, text: loss } = statement.loss;
    const frozen = this.frozen.find((entry) => entry.record === record);
    if (other) {
      const related = [{ message: `\`${other.loss.text}\` trains it here`, span: other.span }];
      return report.trainedTwice({ span, instance, first: other.loss.text, second: loss, related });
    }
    if (frozen)
      return report.frozenAndTrained({ span, instance, loss, related: [{ message: 'it is frozen here', span: frozen.name.span }] });
    if (record.definition && this.context.state.definitions.parametersOf(record.definition.id) === 0)
      return report.instanceWithoutWeights({ span, instance });
    const related = [{ message: `\`${instance}\` is made here`, span: record.span }];
    return reached.has(instance) ? undefined : report.notReached({ span, loss, instance, related });
  }

  private checkFrozen(
    applied: readonly InstanceRecord[],
    withTensors: readonly InstanceRecord[],
    trained: ReadonlySet<InstanceRecord>,
  ): void {
    const stage = this.declaration.name.text;
    for (const { record, name } of this.frozen) {
      if (!withTensors.includes(record)) fail(this.context, report.frozenUnused({ span: name.span, instance: record.name, stage }));
    }
    for (const record of applied) {
      const isDeclared = this.frozen.some((entry) => entry.record === record);
      if (isDeclared || trained.has(record)) continue;
      const span: Span = this.declaration.name.span;
      const related = [{ message: `\`${record.name}\` is made here`, span: record.span }];
      fail(this.context, report.neitherTrainedNorFrozen({ span, instance: record.name, stage, related }));
    }
  }
}

/** The instances that a value stands for: one, or the members of a family. */
function instancesOf(value: Value): InstanceRecord[] | undefined {
  if (value.kind === 'instance') return [value.instance];
  if (value.kind !== 'family' || value.members.size === 0) return undefined;
  const members = [...value.members.values()].map((member) => instancesOf(member.value));
  return members.every((member) => member !== undefined) ? members.flat() : undefined;
}
