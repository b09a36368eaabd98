import type { SourceFile, VariantDeclaration } from '../../1-parse/ast.js';
import { type Diagnostic, didYouMean, report, type Span } from '../../diagnostics/index.js';
import type { ParsedSource } from '../modules/modules.js';
import type { SourceHost } from '../options.js';
import { parseReference, variantNamed, variantsOf } from './reference.js';

/** A variant with the file that declares it. */
export interface Amendment {
  readonly variant: VariantDeclaration;
  readonly file: SourceFile;
}

/** A model's file, and the variants that lead from it to what was asked for, the nearest to the model first. */
export interface Chain {
  readonly base: SourceFile;
  readonly amendments: readonly Amendment[];
  readonly isBroken: boolean;
}

/** How a chain reads sources. */
export interface SourceReader {
  resolve: SourceHost['resolve'];
  readSource(path: string): ParsedSource | undefined;
}

/**
 * Follows a reference, `FILE` or `FILE#VARIANT`, to its model.
 * @param name of the variant asked for; undefined for the model of the file, or its only variant.
 */
export function findChain(source: ParsedSource, name: string | undefined, reader: SourceReader): Chain | Diagnostic {
  const amendments: Amendment[] = [];
  let current = source;
  let wanted = name;
  let place: Span = { file: source.file.path, start: 0, end: 0 };
  let isBroken = source.isBroken;
  for (;;) {
    const { file } = current;
    const variant = chooseVariant(file, wanted, place, current.isBroken);
    if (variant === undefined) return { base: file, amendments: amendments.reverse(), isBroken };
    if ('code' in variant) return variant;
    const cycle = amendments.findIndex((amendment) => amendment.variant === variant);
    amendments.push({ variant, file });
    if (cycle >= 0) {
      const chain = amendments.slice(cycle).map((amendment) => `${amendment.file.path}#${amendment.variant.name.value}`);
      return report.variantCycle({ span: amendments.at(-2)?.variant.base.span ?? variant.base.span, chain: chain.join(' -> ') });
    }
    const reference = parseReference(variant.base.value);
    place = variant.base.span;
    wanted = reference.variant;
    if (reference.file === '') continue;
    const path = reader.resolve(file.path, reference.file);
    const next = reader.readSource(path);
    if (!next) return report.baseNotFound({ span: place, file: reference.file });
    isBroken ||= next.isBroken;
    current = next;
  }
}

/** The variant of a file that a name, or its absence, means; undefined for the model of the file. */
function chooseVariant(
  file: SourceFile,
  name: string | undefined,
  span: Span,
  isBroken: boolean,
): VariantDeclaration | Diagnostic | undefined {
  const variants = variantsOf(file);
  const names = variants.map((variant) => variant.name.value);
  if (name !== undefined) {
    const named = variantNamed(variants, name);
    if (named) return named;
    return report.unknownVariant({ span, file: file.path, name, candidates: didYouMean(name, names), known: names });
  }
  const hasModel = file.items.some((item) => item.kind === 'model');
  if (hasModel || variants.length === 0 || isBroken) return undefined;
  const [only, ...others] = variants;
  return others.length === 0
    ? only
    : report.severalVariants({ span, file: file.path, names: names.map((other) => `${file.path}#${other}`) });
}

/** Reports names that several variants of a file share. */
export function duplicateVariants(file: SourceFile): Diagnostic[] {
  const first = new Map<string, VariantDeclaration>();
  return variantsOf(file).flatMap((variant) => {
    const { value: name, span } = variant.name;
    const known = first.get(name);
    first.set(name, known ?? variant);
    return known
      ? [report.duplicateVariant({ span, name, related: [{ message: 'the first one stands here', span: known.name.span }] })]
      : [];
  });
}
