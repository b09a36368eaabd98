import type { ModelDeclaration, PortStatement } from '../../1-parse/ast.js';
import { report } from '../../diagnostics/index.js';
import type { Dimension, Shape } from '../../ir/dimension.js';
import type { Definition, Model, ParameterValue, Port, SizeConstraint } from '../../ir/ir.js';
import { constantContext } from '../modules/module-environments.js';
import { toDimension } from './arithmetic.js';
import { checkPaths } from './blocks.js';
import { BodyScope, runStatements } from './body.js';
import { type Context, type Elaboration, fail } from './context.js';
import { DefinitionBuilder } from './definition-builder.js';
import { Environment } from './environment.js';
import { evaluate } from './evaluate.js';
import { observeValue } from './observe-value.js';
import { checkType, defineImage, isTensorType, rangeOf, typeNames } from './types.js';
import { describe, errorValue, toParameterValue, type Value } from './values.js';

/** A model that was elaborated, with what its training needs. */
export interface ElaboratedModel {
  readonly definition: Definition | undefined;
  /** Values of the model's body: parameters, settings, instances. */
  readonly environment: Environment;
  readonly scope: BodyScope;
  readonly parameters: Readonly<Record<string, ParameterValue>>;
  /** What the model demands of the sizes of its input; its training may demand more of its patches. */
  readonly constraints: readonly SizeConstraint[];
}

/** Builds the definition of the model for inputs [B, H, W, channels]. */
export function elaborateModel(declaration: ModelDeclaration, outer: Environment, state: Elaboration): ElaboratedModel {
  const name = declaration.name.text;
  const environment = new Environment(outer);
  const builder = new DefinitionBuilder(state.newId(name));
  const context: Context = { ...constantContext(state, environment, name), builder, training: false };
  const parameters = bindModelParameters(declaration, { ...context, builder: undefined });
  const scope = new BodyScope(declaration.body, environment);
  let isComplete = parameters !== undefined;
  for (const statement of declaration.body) {
    if (statement.kind !== 'port' || statement.direction !== 'in') continue;
    const shape = inputShape(statement, context);
    isComplete &&= shape !== undefined;
    const tensor = shape && builder.addInput(statement.name.text, shape, statement.span, rangeOf(context, statement.type));
    environment.define(statement.name.text, tensor ?? errorValue);
    if (shape) defineImage(environment, statement.type, shape, declaration.body);
    observeValue(context, statement.name, tensor ?? errorValue);
  }
  runStatements(declaration.body, context, scope);
  isComplete = scope.finishOutputs(context, builder) && isComplete;
  if (isComplete) for (const port of builder.outputs) demandSizeOfInput(port, declaration, state);
  const { documentation, span } = declaration;
  const definition = isComplete ? builder.finish({ block: name, documentation, span, parameters: parameters ?? {} }) : undefined;
  const { constraints } = state.constraints;
  const model = { environment, scope, parameters: parameters ?? {}, constraints };
  if (definition && !checkPaths(context, definition)) return { ...model, definition: undefined };
  if (definition) state.definitions.add(definition);
  return { ...model, definition };
}

/** A picture that a model gives is as large as the one that it takes, where some sizes of that make it so: `2*ceil(H/2)` rows for H of them. */
function demandSizeOfInput({ name, shape }: Port, declaration: ModelDeclaration, state: Elaboration): void {
  const [, height, width, channels] = shape;
  const port = declaration.body.find((statement) => statement.kind === 'port' && statement.name.text === name);
  if (shape.length !== 4 || channels !== 3 || height === undefined || width === undefined || !port) return;
  state.constraints.agree(height, 'H', port.span);
  state.constraints.agree(width, 'W', port.span);
}

/** The model's entry in the IR. */
export function modelEntry(declaration: ModelDeclaration, model: ElaboratedModel, definition: Definition): Model {
  const { documentation } = declaration;
  return {
    name: declaration.name.text,
    ...(documentation === undefined ? {} : { documentation }),
    definition: definition.id,
    parameters: model.parameters,
    constraints: model.constraints,
  };
}

/** The values of a model's parameters are their defaults: nothing else could give them any. */
function bindModelParameters(declaration: ModelDeclaration, context: Context): Record<string, ParameterValue> | undefined {
  const names = declaration.parameters.map((parameter) => parameter.name.text);
  const model = declaration.name.text;
  const values: Record<string, ParameterValue> = {};
  let isComplete = true;
  for (const parameter of declaration.parameters) {
    const name = parameter.name.text;
    if (!parameter.default) {
      fail(
        context,
        report.missingArgument({ span: parameter.span, name, callee: model, signature: names.map((other) => `\`${other}\``).join(', ') }),
      );
    }
    const given: Value = parameter.default ? evaluate(parameter.default, context) : errorValue;
    const span = parameter.default?.span ?? parameter.span;
    const value = isTensorType(parameter.type)
      ? errorValue
      : checkType(context, parameter.type, given, span, `\`${name}\` of \`${model}\``);
    context.environment.define(name, value);
    const data = toParameterValue(value);
    if (data === undefined) isComplete = false;
    else values[name] = data;
  }
  return isComplete ? values : undefined;
}

/** `image` is [B, H, W, 3]; a shape has to be [B, H, W, channels]. */
function inputShape(port: PortStatement, context: Context): Shape | undefined {
  const { type } = port;
  if (type.kind === 'named-type' && type.name.text === 'image') return ['B', 'H', 'W', 3];
  if (type.kind === 'shape-type' && type.dimensions.length === 4) {
    const names = type.dimensions.slice(0, 3).map((dimension) => (dimension.kind === 'name' ? dimension.name.text : ''));
    const last = type.dimensions[3];
    const isNew = last?.kind === 'name' && context.environment.lookup(last.name.text) === undefined;
    const value = isNew || !last ? undefined : evaluate(last, context);
    if (value?.kind === 'error') return undefined;
    const channels: Dimension | undefined = value && toDimension(value);
    if (names.join() === 'B,H,W' && typeof channels === 'number' && channels > 0) {
      for (const symbol of names) context.environment.define(symbol, { kind: 'dimension', dimension: symbol });
      return ['B', 'H', 'W', channels];
    }
    const found = value && typeof channels !== 'number' ? `a shape whose channels are ${describe(value)}` : 'this shape';
    fail(context, report.modelInputShape({ span: type.span, found }));
    return undefined;
  }
  // A type that does not exist has been reported with the declaration.
  if (type.kind === 'named-type' && !typeNames.includes(type.name.text)) return undefined;
  const found = type.kind === 'named-type' ? `\`${type.name.text}\`` : 'this';
  fail(context, report.modelInputShape({ span: type.span, found }));
  return undefined;
}
