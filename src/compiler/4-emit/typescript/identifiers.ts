import { snakeCase } from '../../2-analyze/elaborate/instances.js';

/** Words that TypeScript keeps for itself, or that the generated files use. */
const taken = new Set(
  (
    'arguments await break case catch class const continue debugger default delete do else enum eval export extends false finally for function if ' +
    'implements import in instanceof interface let new null package private protected public return static super switch this throw true try typeof ' +
    'undefined var void while with yield async of tf scope options Math Number String Object Array Family range item total modulo sameList ' +
    'stopGradient absolute maximum minimum compare select reduceMax conv2d depthwiseConv2d conv2dTranspose averagePool maximumPool depthToSpace spaceToDepth padWith'
  ).split(' '),
);

const camelCase = (name: string): string => name.replace(/(?<=.)_+([a-z0-9])/g, (_, letter: string) => letter.toUpperCase());

/** A name of a value: `restored_ref` becomes `restoredRef`; symbols of a paper (`I_D`) stay as they are. */
export const valueName = (name: string): string => free(/[A-Z]/.test(name) ? name : camelCase(name));

/** A name of a function: `SRDiscriminator` becomes `srDiscriminator`. */
export const functionName = (name: string): string => free(camelCase(snakeCase(name)));

/** A name of a type: `degradation` becomes `Degradation`. */
export function typeName(name: string): string {
  const camel = camelCase(name);
  return camel.charAt(0).toUpperCase() + camel.slice(1);
}

const free = (name: string): string => (taken.has(name) ? `${name}_` : name);

/** The names in use at a place: those of a function, of the blocks around a statement, and of the file. */
export class Identifiers {
  private readonly own = new Set<string>();

  constructor(private readonly outer?: Identifiers) {}

  has(name: string): boolean {
    return this.own.has(name) || (this.outer?.has(name) ?? false);
  }

  /** A name that nothing in sight has: the one wanted, or with a number behind it. */
  take(wanted: string): string {
    let name = wanted;
    for (let number = 2; this.has(name); number += 1) name = `${wanted}${number}`;
    this.own.add(name);
    return name;
  }
}
