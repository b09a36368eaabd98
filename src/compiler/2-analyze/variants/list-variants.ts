import { DiagnosticSink } from '../diagnostic-sink.js';
import { ModuleLoader } from '../modules/modules.js';
import type { SourceHost } from '../options.js';
import { variantsOf } from './reference.js';

/** A variant that a file declares. */
export interface ListedVariant {
  readonly name: string;
  /** What it amends, as it is written. */
  readonly base: string;
  readonly documentation?: string;
  readonly edits: number;
}

/** What a file declares, as far as it can be understood; undefined where there is no such file. */
export function listVariants(
  path: string,
  host: SourceHost,
): { readonly variants: ListedVariant[]; readonly hasModel: boolean } | undefined {
  const source = new ModuleLoader(host, new DiagnosticSink()).readSource(path);
  if (!source) return undefined;
  const variants = variantsOf(source.file).map(({ name, base, documentation, edits }) => ({
    name: name.value,
    base: base.value,
    ...(documentation !== undefined && { documentation }),
    edits: edits.length,
  }));
  return { variants, hasModel: source.file.items.some((item) => item.kind === 'model') };
}
