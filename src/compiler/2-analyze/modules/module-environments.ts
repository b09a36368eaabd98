import type { FunctionDeclaration } from '../../1-parse/ast.js';
import { builtinNames } from '../elaborate/builtins.js';
import { callableOps } from '../elaborate/callable-ops.js';
import { type Context, type Elaboration, ofStatement } from '../elaborate/context.js';
import { Environment } from '../elaborate/environment.js';
import { evaluate } from '../elaborate/evaluate.js';
import { errorValue, type FunctionValue } from '../elaborate/values.js';
import { importedModule, type Module, preludePath } from './modules.js';

/** What every file sees without an import: operators and compile-time functions. */
function builtinEnvironment(): Environment {
  const environment = new Environment();
  for (const name of callableOps) environment.define(name, { kind: 'op', name });
  for (const name of builtinNames) environment.define(name, { kind: 'builtin', name });
  return environment;
}

/** A context for expressions that no definition holds. */
export function constantContext(state: Elaboration, environment: Environment, place: string): Context {
  return {
    state,
    environment,
    builder: undefined,
    naming: undefined,
    place,
    frame: undefined,
    repetition: undefined,
    inComprehension: false,
    values: undefined,
    training: undefined,
  };
}

/** The values of the names that each module declares or imports. `modules` has imported modules first. */
export function moduleEnvironments(modules: readonly Module[], state: Elaboration): Map<string, Environment> {
  const environments = new Map<string, Environment>();
  const builtins = builtinEnvironment();
  for (const module of modules) {
    const outer = module.path === preludePath ? builtins : (environments.get(preludePath) ?? builtins);
    const environment = new Environment(outer);
    environments.set(module.path, environment);
    declare(module, environment, environments, state);
  }
  return environments;
}

function declare(module: Module, environment: Environment, environments: ReadonlyMap<string, Environment>, state: Elaboration): void {
  const functionOf = (declaration: FunctionDeclaration, namespace = ''): FunctionValue => ({
    kind: 'function',
    name: `${namespace}${declaration.name.text}`,
    declaration,
    environment,
  });
  for (const item of module.file.items) {
    switch (item.kind) {
      case 'import': {
        const imported = importedModule(module, item);
        const from = imported && environments.get(imported.path);
        for (const { name, alias } of item.names) environment.define((alias ?? name).text, from?.own(name.text) ?? errorValue);
        break;
      }
      case 'block':
        environment.define(item.name.text, { kind: 'block', declaration: item, environment });
        break;
      case 'function':
        environment.define(item.name.text, functionOf(item));
        break;
      case 'namespace': {
        const functions = new Map(
          item.functions.map((declaration) => [declaration.name.text, functionOf(declaration, `${item.name.text}.`)]),
        );
        environment.define(item.name.text, { kind: 'namespace', name: item.name.text, functions });
        break;
      }
      default:
        break;
    }
  }
  // Values come after declarations, as they may call functions that stand further down.
  for (const item of module.file.items) {
    if (item.kind === 'let')
      environment.define(item.name.text, evaluate(item.value, ofStatement(constantContext(state, environment, 'a `let`'))));
  }
}
