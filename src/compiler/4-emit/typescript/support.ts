import { Node, type Project, type SourceFile, type Statement } from 'ts-morph';
import { supportSources } from './support-sources.js';

/** The support files of which only what is used is written, with what they keep in any case. */
const pruned: Readonly<Record<string, readonly string[]>> = {
  lists: [],
  operators: [],
  weights: ['Weights', 'Scope', 'Initializer', 'TensorData', 'WeightsOptions'],
};

/** A part of a support file that only some packages need, between `// #region NAME` and `// #endregion`. */
const region = /^ *\/\/ #region ([\w ]+)\n([\s\S]*?)^ *\/\/ #endregion\n\n?/gm;

/** How generated code shows that it needs a part: it asks for statistics or for whether it is trained, or a stage has the setting. */
const uses: Readonly<Record<string, RegExp>> = {
  passes: /\.(statistic|update)\(|\.isTraining\b/,
  'weight decay': /\bweightDecay:/,
  gradients: /\bgradients: \{/,
  averages: /\bema: \{/,
};

/** The parts of support files that the text of generated files needs. */
export const partsUsedBy = (texts: readonly string[]): ReadonlySet<string> =>
  new Set(Object.entries(uses).flatMap(([part, use]) => (texts.some((text) => use.test(text)) ? [part] : [])));

/**
 * Adds a support file, which generated files import from, to the project.
 * @param used names that they import.
 * @param parts parts of support files that the package needs.
 */
export function addSupportFile(project: Project, name: string, used: ReadonlySet<string>, parts: ReadonlySet<string>): SourceFile {
  const kept = (_region: string, part: string, content: string): string => (parts.has(part) ? `${content}\n` : '');
  const text = (supportSources.get(name) ?? '').replaceAll(region, kept);
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
