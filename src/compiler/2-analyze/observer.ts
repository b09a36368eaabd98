import type { Name } from '../1-parse/ast.js';
import type { Shape } from '../ir/dimension.js';
import type { Entry } from './names/name-scope.js';

/** What an analysis learns about the names of its sources beyond diagnostics: what editors show, and what the golden cases record. */
export interface AnalysisObserver {
  /** A place introduces a name. */
  declared(name: Name, entry: Entry): void;
  /** A place gives a value to a name that is there already: an `out` port, a further member of a family. */
  assigned(name: Name, entry: Entry): void;
  /** A place uses a name; without an entry where the name is unknown. */
  used(name: Name, entry: Entry | undefined): void;
  /**
   * A name stands for tensors, within the definition of the IR that is being built: one, those of a list, or the outputs of a block. Called once for
   * each turn of a loop, each instantiation of a block and each call of a function.
   * @param label the name with its indices, `f[1,2]`
   */
  shaped(name: Name, label: string, shapes: readonly Shape[], definition: string): void;
}
