import type { Expression, ListElement, Parameter, PipeStage, Statement, TypeExpression } from '../../1-parse/ast.js';
import { didYouMean, report } from '../../diagnostics/index.js';
import { typeNames } from '../elaborate/types.js';
import { dimensionsOfImage } from './image-dimensions.js';
import type { NameChecker } from './name-checker.js';
import type { NameScope } from './name-scope.js';

/** Uses every name of an expression. */
export function useExpression(checker: NameChecker, expression: Expression, scope: NameScope): void {
  const use = (inner: Expression): void => useExpression(checker, inner, scope);
  switch (expression.kind) {
    case 'number':
    case 'string':
    case 'boolean':
    case 'error':
      break;
    case 'name':
      checker.use(scope, expression.name);
      break;
    case 'index':
      use(expression.target);
      expression.indices.forEach(use);
      break;
    case 'member':
      useMember(checker, expression, scope);
      break;
    case 'call':
      use(expression.callee);
      for (const argument of expression.arguments) use(argument.value);
      break;
    case 'list':
      for (const element of expression.elements) useElement(checker, element, scope);
      break;
    case 'range':
      use(expression.from);
      use(expression.to);
      break;
    case 'unary':
      use(expression.operand);
      break;
    case 'binary':
      use(expression.left);
      use(expression.right);
      break;
    case 'if':
      use(expression.condition);
      use(expression.then);
      use(expression.else);
      break;
    case 'pipe':
      use(expression.input);
      useStage(checker, expression.stage, scope);
      break;
  }
}

function useMember(checker: NameChecker, expression: Expression & { kind: 'member' }, scope: NameScope): void {
  const { target, name } = expression;
  if (target.kind !== 'name') {
    useExpression(checker, target, scope);
    return;
  }
  const entry = checker.use(scope, target.name);
  if (!entry || checker.useMember(entry, name)) return;
  const members = entry.members?.map((member) => member.text) ?? [];
  const { text, span } = name;
  const owner = `the namespace \`${target.name.text}\``;
  checker.sink.add(report.unknownMember({ span, name: text, owner, candidates: didYouMean(text, members) }));
}

function useElement(checker: NameChecker, element: ListElement, scope: NameScope): void {
  if (element.kind === 'element') {
    useExpression(checker, element.value, scope);
    return;
  }
  useExpression(checker, element.over, scope);
  const inner = checker.open(scope);
  checker.declare(inner, element.variable, 'loop variable');
  useElement(checker, element.body, inner);
}

function useStage(checker: NameChecker, stage: PipeStage, scope: NameScope): void {
  if (stage.kind === 'apply') {
    useExpression(checker, stage.callee, scope);
    return;
  }
  useExpression(checker, stage.count, scope);
  for (const inner of stage.body) useStage(checker, inner, scope);
}

/**
 * Declares parameters in their order; a default may use the ones before it.
 * @param body of a function, whose parameters may be images
 */
export function declareParameters(
  checker: NameChecker,
  parameters: readonly Parameter[],
  scope: NameScope,
  body: readonly Statement[] = [],
): void {
  for (const parameter of parameters) {
    useType(checker, parameter.type, scope);
    if (parameter.default) useExpression(checker, parameter.default, scope);
    checker.declare(scope, parameter.name, 'parameter');
    declareImage(parameter.type, body, scope);
  }
}

/** Declares the dimensions of an image that have no name yet. */
export function declareImage(type: TypeExpression, body: readonly Statement[], scope: NameScope): void {
  for (const name of dimensionsOfImage(type, body)) {
    if (name !== undefined && !scope.find(name)) scope.entries.set(name, { name, kind: 'dimension', span: undefined, used: true });
  }
}

/** Uses the names of a type; names of dimensions that are new are declared. */
export function useType(checker: NameChecker, type: TypeExpression, scope: NameScope): void {
  switch (type.kind) {
    case 'named-type':
      if (!typeNames.includes(type.name.text)) {
        const { text, span } = type.name;
        checker.sink.add(report.unknownType({ span, name: text, candidates: didYouMean(text, typeNames) }));
      }
      break;
    case 'list-type':
      useType(checker, type.element, scope);
      return;
    case 'shape-type':
      for (const dimension of type.dimensions) {
        if (dimension.kind === 'name' && !scope.find(dimension.name.text)) checker.declare(scope, dimension.name, 'dimension');
        else useExpression(checker, dimension, scope);
      }
      break;
  }
  for (const bound of type.range ?? []) useExpression(checker, bound, scope);
}
