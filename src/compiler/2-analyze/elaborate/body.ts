import type {
  AssignStatement,
  ForStatement,
  PortStatement,
  Statement,
  StatisticStatement,
  UpdateStatement,
  WeightStatement,
} from '../../1-parse/ast.js';
import { report, type Span } from '../../diagnostics/index.js';
import { formatShape } from '../../ir/dimension.js';
import { type Context, fail, ofStatement } from './context.js';
import type { DefinitionBuilder } from './definition-builder.js';
import { Environment } from './environment.js';
import { evaluate } from './evaluate.js';
import { type InstanceRecord, StatementNaming } from './instances.js';
import { iterate, wholeNumber } from './lists.js';
import { observeValue } from './observe-value.js';
import { toTensor } from './tensors.js';
import { matchesShape, rangeOf } from './types.js';
import { describe, errorValue, type FamilyValue, type TensorValue, type Value } from './values.js';
import { weightOf } from './weights.js';

/** What the statements of one body share: its families, its outputs and the paths of its instances. */
export class BodyScope {
  readonly instances: InstanceRecord[] = [];
  private readonly outputs = new Map<string, PortStatement>();
  private readonly paths = new Map<string, Span>();
  private readonly assigned = new Map<string, Span>();

  constructor(
    body: readonly { readonly kind: string }[],
    readonly environment: Environment,
    made: readonly InstanceRecord[] = [],
  ) {
    for (const record of made) this.paths.set(record.name, record.span);
    for (const name of familiesOf(body)) environment.define(name, { kind: 'family', name, members: new Map() });
    for (const statement of body) if (isOutput(statement)) this.outputs.set(statement.name.text, statement);
  }

  outputNamed(name: string): PortStatement | undefined {
    return this.outputs.get(name);
  }

  /** Enters an assignment; false, with a diagnostic, where the target has a value already. `key` tells turns of a loop apart. */
  claim(context: Context, target: string, key: Environment | undefined, span: Span): boolean {
    const first = key ? undefined : this.assigned.get(target);
    if (!first) {
      if (!key) this.assigned.set(target, span);
      return true;
    }
    fail(context, report.alreadyAssigned({ span, name: target, related: [{ message: 'it gets its value here', span: first }] }));
    return false;
  }

  /** Names the instances of a finished statement; two with the same path are a mistake. */
  adopt(context: Context, naming: StatementNaming): void {
    for (const record of naming.finish()) {
      const first = this.paths.get(record.name);
      if (first) {
        const isOfLoop = first.start === record.span.start && first.file === record.span.file;
        const hint = isOfLoop ? 'number the values of a loop, so that each turn has its own: `f[i] = ...`' : undefined;
        const related = [{ message: `another \`${record.name}\` is made here`, span: first }];
        fail(context, report.duplicatePath({ span: record.span, path: record.name, related, hint }));
      } else {
        this.paths.set(record.name, record.span);
        this.instances.push(record);
      }
    }
  }

  /** Enters the values of the `out` ports into the definition; false where one failed. */
  finishOutputs(context: Context, builder: DefinitionBuilder): boolean {
    let isComplete = true;
    for (const [name, port] of this.outputs) {
      const value = this.environment.own(name);
      if (!value && !context.state.exhausted) fail(context, report.outputNotAssigned({ span: port.span, name }));
      if (value?.kind === 'tensor') {
        builder.addOutput(name, value, rangeOf(context, port.type));
        observeValue(context, port.name, value);
      } else isComplete = false;
    }
    return isComplete;
  }
}

const isOutput = (statement: { readonly kind: string }): statement is PortStatement =>
  statement.kind === 'port' && (statement as PortStatement).direction === 'out';

const isFor = (statement: { readonly kind: string }): statement is ForStatement => statement.kind === 'for';

const isAssign = (statement: { readonly kind: string }): statement is AssignStatement => statement.kind === 'assign';

/** Names that are assigned with indices anywhere in a body. */
export function familiesOf(body: readonly { readonly kind: string }[]): string[] {
  return body.flatMap((statement) => {
    if (isFor(statement)) return familiesOf(statement.body);
    return isAssign(statement) && statement.indices.length > 0 ? [statement.target.text] : [];
  });
}

/** Runs the statements of a block or a model in their order. */
export function runStatements(statements: readonly Statement[], context: Context, scope: BodyScope): void {
  for (const statement of statements) {
    if (context.state.exhausted) return;
    switch (statement.kind) {
      case 'port':
        break;
      case 'weight':
      case 'statistic':
        runWeight(statement, context);
        break;
      case 'update':
        runUpdate(statement, context);
        break;
      case 'let': {
        const value = evaluate(statement.value, ofStatement({ ...context, place: 'a `let`' }));
        context.environment.define(statement.name.text, value);
        observeValue(context, statement.name, value);
        break;
      }
      case 'assign':
        runAssign(statement, context, scope);
        break;
      case 'for':
        runFor(statement, context, (inner) => runStatements(statement.body, inner, scope));
        break;
    }
  }
}

/** Runs the body of a `for` once for each of its values. */
export function runFor(statement: ForStatement, context: Context, body: (inner: Context) => void): void {
  for (const item of iterate(statement.over, context) ?? []) {
    if (!context.state.spendEvaluation(context, statement.span)) return;
    const environment = new Environment(context.environment);
    environment.define(statement.variable.text, item);
    observeValue(context, statement.variable, item);
    body({ ...context, environment });
  }
}

function runWeight(statement: WeightStatement | StatisticStatement, context: Context): void {
  const name = statement.name.text;
  const weight = weightOf(statement, context);
  const value: Value =
    weight === 'none' ? { kind: 'absent', name } : weight && context.builder ? context.builder.addWeight(weight) : errorValue;
  context.environment.define(name, value);
  observeValue(context, statement.name, value);
}

/** `update mean = ...`: what the statistic is after a step of a training. Evaluated in the model's own pass too, so that mistakes are found there. */
function runUpdate(statement: UpdateStatement, outer: Context): void {
  const context = ofStatement(outer);
  const { target, span } = statement;
  const { builder, state } = context;
  state.readsTraining = true;
  const what = `the update of \`${target.text}\``;
  const tensor = toTensor(context, evaluate(statement.value, context), statement.value.span, what);
  const statistic = context.environment.lookup(target.text);
  if (!tensor || !builder || statistic?.kind !== 'tensor') return;
  if (tensor.shape.join() !== statistic.shape.join()) {
    const [expected, found] = [formatShape(statistic.shape), formatShape(tensor.shape)];
    const related = [{ message: `\`${target.text}\` is declared here`, span: statistic.span }];
    fail(context, report.portMismatch({ span: statement.value.span, port: what, expected, found, related }));
    return;
  }
  const first = builder.updateOf(target.text);
  if (first) {
    // The turns of a loop, where an update may not stand, have been reported as such.
    if (first.start !== span.start)
      fail(context, report.alreadyAssigned({ span, name: target.text, related: [{ message: 'it is updated here', span: first }] }));
    return;
  }
  builder.label(tensor, `update ${target.text}`);
  builder.addUpdate(target.text, tensor, span, context.training === true);
}

/** `f[j, i] = ...`: evaluates the value, names the instances that it makes and gives the target its value. */
export function runAssign(statement: AssignStatement, outer: Context, scope: BodyScope): void {
  const context = ofStatement(outer);
  const name = statement.target.text;
  const indices = statement.indices.map((index) => wholeNumber(index, context, 'an index'));
  const key = indices.join(',');
  const target = indices.length > 0 ? `${name}[${key}]` : name;
  const output = indices.length === 0 ? scope.outputNamed(name) : undefined;
  const naming = new StatementNaming(target, output !== undefined);
  let value = evaluate(statement.value, { ...context, naming });
  scope.adopt(context, naming);
  if (indices.includes(undefined)) return;
  if (output) value = toOutput(output, value, statement, context);
  const isOfTurn = indices.length === 0 && !output && context.environment !== scope.environment;
  if (!scope.claim(context, target, isOfTurn ? context.environment : undefined, statement.target.span)) return;
  if (value.kind === 'tensor') context.builder?.label(value, target);
  observeValue(context, statement.target, value, target);
  const family = indices.length > 0 ? familyNamed(name, scope.environment) : undefined;
  if (family) family.members.set(key, { value, span: statement.span });
  else if (indices.length === 0) (isOfTurn ? context.environment : scope.environment).define(name, value);
}

function familyNamed(name: string, environment: Environment): FamilyValue | undefined {
  const value = environment.own(name);
  return value?.kind === 'family' ? value : undefined;
}

function toOutput(port: PortStatement, value: Value, statement: AssignStatement, context: Context): Value {
  const what = `the output \`${port.name.text}\``;
  if (value.kind === 'instance') {
    const hint = 'apply it to a tensor: `x |> layer`';
    fail(context, report.typeMismatch({ span: statement.value.span, what, expected: 'a tensor', found: describe(value), hint }));
    return errorValue;
  }
  const tensor: TensorValue | undefined = toTensor(context, value, statement.value.span, what);
  return tensor && matchesShape(context, port.type, tensor, statement.value.span, what) ? tensor : errorValue;
}
