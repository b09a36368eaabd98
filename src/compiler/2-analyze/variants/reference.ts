import type { SourceFile, VariantDeclaration } from '../../1-parse/ast.js';

/** A model or a variant as it is named on the command line and after `of`: `drgn.mfn`, `ablations.mfn#w/o SSIM`, `#w/o SSIM`. */
export interface Reference {
  /** '' for the same file. */
  readonly file: string;
  /** Name of a variant; undefined for the file's model, or its only variant. */
  readonly variant: string | undefined;
}

export function parseReference(text: string): Reference {
  const at = text.lastIndexOf('#');
  return at < 0 ? { file: text, variant: undefined } : { file: text.slice(0, at), variant: text.slice(at + 1) };
}

export const variantsOf = (file: SourceFile): VariantDeclaration[] =>
  file.items.filter((item): item is VariantDeclaration => item.kind === 'variant');

/** A name as file names and command lines like it: `w/o SSIM` is `w-o-ssim`. */
export function plainName(name: string): string {
  return name
    .toLowerCase()
    .replace(/[^\p{Letter}\p{Number}]+/gu, '-')
    .replace(/^-+|-+$/g, '');
}

/** The variant of a name, given as written or as its plain name. */
export function variantNamed(variants: readonly VariantDeclaration[], name: string): VariantDeclaration | undefined {
  const plain = plainName(name);
  return (
    variants.find((variant) => variant.name.value === name) ??
    variants.find((variant) => plain !== '' && plainName(variant.name.value) === plain)
  );
}
