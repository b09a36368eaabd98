import type { AssignStatement, ForStatement, Name, PortStatement, StageStatement, Statement, UpdateStatement } from '../../1-parse/ast.js';
import { report } from '../../diagnostics/index.js';
import { familiesOf } from '../elaborate/body.js';
import { isTensorType, typeText } from '../elaborate/types.js';
import { declareImage, useExpression, useType } from './expression-names.js';
import type { NameChecker } from './name-checker.js';
import type { Entry, NameKind, NameScope } from './name-scope.js';

const fixedKinds: Partial<Record<NameKind, string>> = {
  input: 'an input',
  parameter: 'a parameter',
  weight: 'a weight',
  statistic: 'a statistic, which `update` changes,',
  dimension: 'a dimension',
  'data stream': 'a data stream',
  'loop variable': 'a loop variable',
  setting: 'a `let`',
};

/** Resolves the names of the body of a block or a model, statement by statement. */
export function useBody(checker: NameChecker, body: readonly Statement[], scope: NameScope, place: 'a block' | 'a model'): void {
  for (const statement of body) {
    if (statement.kind !== 'port') continue;
    declarePort(checker, statement, scope, place);
    if (statement.direction === 'in') declareImage(statement.type, body, scope);
    // The types of outputs may speak of dimensions that the types of inputs introduce.
  }
  prepare(checker, body, scope);
  useStatements(checker, body, scope, scope, place);
}

/** Declares the families of a body and notes which names its statements will define. */
export function prepare(checker: NameChecker, body: readonly (Statement | StageStatement)[], scope: NameScope): void {
  const families = new Set(familiesOf(body));
  for (const target of targetsOf(body)) {
    if (families.has(target.text) && !scope.entries.has(target.text)) checker.declare(scope, target, 'family');
  }
  for (const statement of body) {
    const name = definedName(statement);
    if (name && !scope.entries.has(name.text)) scope.later.set(name.text, name.span);
    else if (name && scope.entries.get(name.text)?.kind === 'output') scope.later.set(name.text, name.span);
  }
}

function definedName(statement: Statement | StageStatement): Name | undefined {
  switch (statement.kind) {
    case 'let':
    case 'weight':
    case 'statistic':
    case 'log':
      return statement.name;
    case 'assign':
      return statement.indices.length === 0 ? statement.target : undefined;
    case 'minimize':
      return statement.loss;
    default:
      return undefined;
  }
}

function targetsOf(body: readonly (Statement | StageStatement)[]): Name[] {
  return body.flatMap((statement) => {
    if (statement.kind === 'for') return targetsOf(statement.body);
    return statement.kind === 'assign' && statement.indices.length > 0 ? [statement.target] : [];
  });
}

function declarePort(checker: NameChecker, port: PortStatement, scope: NameScope, place: string): void {
  useType(checker, port.type, scope);
  checker.declare(scope, port.name, port.direction === 'in' ? 'input' : 'output');
  const isKnownType = port.type.kind !== 'named-type' || ['int', 'float', 'bool', 'string'].includes(port.type.name.text);
  if (!isTensorType(port.type) && isKnownType) {
    checker.sink.add(
      report.statementNotAllowed({
        span: port.type.span,
        what: `a port of type \`${typeText(port.type)}\``,
        where: place,
        hint: 'ports carry an `image`, a `tensor` or a shape',
      }),
    );
  }
}

function useStatements(checker: NameChecker, body: readonly Statement[], scope: NameScope, root: NameScope, place: string): void {
  for (const statement of body) {
    switch (statement.kind) {
      case 'port':
        if (scope !== root) notAllowed(checker, statement.span, 'a port', 'a `for`');
        break;
      case 'weight':
      case 'statistic':
        if (scope !== root) notAllowed(checker, statement.span, `a ${statement.kind}`, 'a `for`');
        else if (place === 'a model') notAllowed(checker, statement.span, `a ${statement.kind}`, place);
        for (const dimension of statement.dimensions) useExpression(checker, dimension, scope);
        useExpression(checker, statement.initializer, scope);
        checker.declare(scope, statement.name, statement.kind);
        break;
      case 'update':
        if (scope !== root) notAllowed(checker, statement.span, 'an update', 'a `for`');
        useExpression(checker, statement.value, scope);
        useUpdate(checker, statement, root);
        break;
      case 'let':
        checker.within(() => {
          useExpression(checker, statement.value, scope);
          return checker.declare(scope, statement.name, 'setting');
        });
        break;
      case 'assign':
        useAssign(checker, statement, scope, root);
        break;
      case 'for':
        useFor(checker, statement, scope, (inner) => useStatements(checker, statement.body, inner, root, place));
        break;
    }
  }
}

function notAllowed(checker: NameChecker, span: Statement['span'], what: string, where: string): void {
  checker.sink.add(report.statementNotAllowed({ span, what, where }));
}

/** Resolves the target of an update, which changes a statistic of the same body; being updated is no use of it. */
function useUpdate(checker: NameChecker, { target }: UpdateStatement, root: NameScope): void {
  const known = root.entries.get(target.text);
  if (known?.kind === 'statistic') {
    checker.assign(target, known);
    return;
  }
  const entry = checker.use(root, target);
  if (!entry) return;
  const found = fixedKinds[entry.kind] ?? (entry.kind === 'output' ? 'an output' : `a ${entry.kind}`);
  checker.sink.add(report.notAStatistic({ span: target.span, name: target.text, found }));
}

/** Resolves a `for` with its variable; `body` resolves what stands in it. */
export function useFor(checker: NameChecker, statement: ForStatement, scope: NameScope, body: (inner: NameScope) => void): void {
  useExpression(checker, statement.over, scope);
  const inner = checker.open(scope);
  checker.declare(inner, statement.variable, 'loop variable');
  body(inner);
}

/** Resolves an assignment; `root` is the scope of the whole body, which holds families and outputs. */
export function useAssign(checker: NameChecker, statement: AssignStatement, scope: NameScope, root: NameScope): void {
  checker.within(() => resolveAssign(checker, statement, scope, root));
}

/** Gives the entry of the target; undefined, after a diagnostic, where it cannot be assigned. */
function resolveAssign(checker: NameChecker, statement: AssignStatement, scope: NameScope, root: NameScope): Entry | undefined {
  for (const index of statement.indices) useExpression(checker, index, scope);
  useExpression(checker, statement.value, scope);
  const { text, span } = statement.target;
  const known = knownWithin(scope, root, text);
  const isFamilyOutput = known?.kind === 'output' && statement.indices.length > 0;
  const what = isFamilyOutput ? 'an output, not a family,' : known && fixedKinds[known.kind];
  if (known && what) {
    const related = known.span ? [{ message: `\`${text}\` is declared here`, span: known.span }] : [];
    checker.sink.add(report.notAssignable({ span, name: text, what, related }));
    return undefined;
  }
  if (known?.kind === 'output' && statement.indices.length === 0 && root.later.has(text)) {
    root.later.delete(text);
    checker.assign(statement.target, known);
    return known;
  }
  if (known && !(known.kind === 'family' && statement.indices.length > 0) && known.kind !== 'output') {
    const related = known.span ? [{ message: 'it gets its value here', span: known.span }] : [];
    checker.sink.add(report.alreadyAssigned({ span, name: text, related }));
    return undefined;
  }
  if (!known) return checker.declare(scope, statement.target, 'value');
  if (known.span !== span) checker.assign(statement.target, known);
  return known;
}

function knownWithin(scope: NameScope, root: NameScope, name: string): ReturnType<NameScope['find']> {
  for (let current: NameScope | undefined = scope; current; current = current.outer) {
    const entry = current.entries.get(name);
    if (entry || current === root) return entry;
  }
  return undefined;
}
