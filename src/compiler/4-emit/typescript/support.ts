import { Node, type Project, type SourceFile, type Statement } from 'ts-morph';
import { supportSources } from './support-sources.js';

/** The support files of which only what is used is written, with what they keep in any case. */
const pruned: Readonly<Record<string, readonly string[]>> = {
  lists: [],
  operators: [],
  weights: ['Weights', 'Scope', 'Initializer', 'TensorData', 'WeightsOptions'],
};

/** A part of a support file that only some packages need, between `// #region passes` and `// #endregion`. */
const region = /^ *\/\/ #region passes\n([\s\S]*?)^ *\/\/ #endregion\n\n?/gm;

/** Whether generated code asks, within a stage of a training, for statistics or for whether it is trained. */
export const usesPasses = (text: string): boolean => /\.(statistic|update)\(|\.isTraining\b/.test(text);

/**
 * Adds a support file, which generated files import from, to the project.
 * @param used names that they import.
 * @param hasPasses whether the package needs what keeps statistics.
 */
export function addSupportFile(project: Project, name: string, used: ReadonlySet<string>, hasPasses: boolean): SourceFile {
  const text = (supportSources.get(name) ?? '').replaceAll(region, hasPasses ? '$1\n' : '');
  const file = project.createSourceFile(`${name}.ts`, text);
  const always = pruned[name];
  if (always) prune(file, new Set([...used, ...always]));
  return file;
}

/** Removes the declarations that neither `roots` names nor another declaration of the file uses. */
function prune(file: SourceFile, roots: ReadonlySet<string>): void {
  for (let removed = true; removed; ) {
    removed = false;
    for (const statement of file.getStatements()) {
      const names = namesOf(statement);
      const isUsed = names.length === 0 || names.some((name) => roots.has(name) || isUsedOutside(file, statement, name));
      if (isUsed) continue;
      statement.remove();
      removed = true;
      break;
    }
  }
  for (const declaration of file.getImportDeclarations()) {
    for (const specifier of declaration.getNamedImports()) {
      if (!isUsedOutside(file, declaration, specifier.getName())) specifier.remove();
    }
    if (declaration.getNamedImports().length === 0 && !declaration.getNamespaceImport() && !declaration.getDefaultImport())
      declaration.remove();
    const namespace = declaration.wasForgotten() ? undefined : declaration.getNamespaceImport()?.getText();
    if (namespace && !isUsedOutside(file, declaration, namespace)) declaration.remove();
  }
}

function namesOf(statement: Statement): string[] {
  if (Node.isVariableStatement(statement)) return statement.getDeclarations().map((declaration) => declaration.getName());
  if (Node.isFunctionDeclaration(statement) || Node.isClassDeclaration(statement)) return [statement.getName() ?? ''];
  return Node.isInterfaceDeclaration(statement) || Node.isTypeAliasDeclaration(statement) ? [statement.getName()] : [];
}

function isUsedOutside(file: SourceFile, statement: Statement, name: string): boolean {
  const word = new RegExp(`\\b${name}\\b`);
  return file.getStatements().some((other) => other !== statement && word.test(other.getText()));
}
