import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Edit, Expression, SourceFile } from '../../src/compiler/1-parse/ast.js';
import { parse, parseExpression, parseOverride } from '../../src/compiler/1-parse/index.js';
import { applyEdits } from '../../src/compiler/2-analyze/variants/apply-edits.js';
import { filePlace } from '../../src/compiler/2-analyze/variants/file-places.js';
import { findPlace } from '../../src/compiler/2-analyze/variants/find-place.js';
import { type Place, pathOf } from '../../src/compiler/2-analyze/variants/place.js';
import type { Span } from '../../src/compiler/diagnostics/index.js';
import type { IR } from '../../src/compiler/index.js';
import { analyzeText } from '../support/analyze-text.js';
import { irOf, modelText } from '../support/shipped-models.js';

const models = ['drgn', 'lw-drgn', 'zoo/unet'] as const;

/** Data without the places in sources. */
const withoutPlaces = (value: unknown): string =>
  JSON.stringify(value, (key, inner: unknown) => (['span', 'because', 'variant', 'source'].includes(key) ? undefined : inner));

/** A source tree and what is needed to edit it. */
function treeOf(text: string) {
  const { file } = parse('model.mfn', text);
  const named = (name: string) => file.items.find((item) => item.kind === 'block' && item.name.text === name);
  const context = {
    textOf: ({ file: source, start, end }: Span) => (source === 'model.mfn' ? text : (paths.get(source) ?? '')).slice(start, end),
    signatureOf: (name: string) => {
      const block = named(name);
      if (block?.kind !== 'block') return undefined;
      return { parameters: block.parameters.map((parameter) => parameter.name.text), isFunction: false };
    },
    blockOf: () => undefined,
    imported: () => undefined,
    importedFiles: () => [],
    libraryModuleOf: () => undefined,
  };
  return { file, context, root: filePlace(file, context) };
}

/** All places that a path can lead to. */
const placesIn = (place: Place): Place[] => place.children().flatMap((child) => [child, ...placesIn(child)]);

/** Texts of paths by the name that their places call them. */
const paths = new Map<string, string>();

function pathIn(place: Place) {
  const path = pathOf(place);
  paths.set(path, path);
  const { edit } = parseOverride(path, `${path} = 0`);
  if (!edit) throw new Error(`not a path: ${pathOf(place)}`);
  return edit.path;
}

const variantOf = (text: string, edits: string, header = 'variant "edited" of "model.mfn"') =>
  analyzeText({ 'edited.mfn': `mfn 1\n${header} {\n${edits}\n}\n`, 'model.mfn': text });

describe.each(models)('%s', (name) => {
  const text = modelText(name);
  const { file, context, root } = treeOf(text);
  const places = placesIn(root);
  const edited = (edit: Omit<Edit, 'span'>, tree: SourceFile = file): SourceFile => {
    const span = { file: 'edit', start: 0, end: 0 };
    const result = applyEdits(tree, [{ ...edit, span } as Edit], context);
    expect(result.diagnostics).toEqual([]);
    return result.file;
  };

  /** A value as source text; a patch is written `96 x 96`, and set as a list. */
  const sourceOf = (value: Expression): string =>
    value.kind === 'list' && context.textOf(value.span).startsWith('patch')
      ? `[${value.elements.map(({ span }) => context.textOf(span)).join(', ')}]`
      : context.textOf(value.span);

  test('an empty variant is its base, apart from the name', () => {
    const { ir, diagnostics } = variantOf(text, '');
    expect(diagnostics).toEqual([]);
    const { variant, ...rest } = ir as IR;
    expect(variant).toEqual({ name: 'edited', source: 'edited.mfn' });
    expect(rest).toEqual({ ...analyzeText({ 'model.mfn': text }).ir });
  });

  test('every place has a path that leads to it', () => {
    expect(places.length).toBeGreaterThan(100);
    for (const place of places) expect(findPlace(root, pathIn(place), context)).toBe(place);
  });

  test('setting and replacing a value by itself changes nothing', () => {
    const same = withoutPlaces(file);
    const valued = places.filter(({ value }) => value && value.span.file === 'model.mfn' && value.span.end > value.span.start);
    expect(valued.length).toBeGreaterThan(60);
    for (const place of valued) {
      const source = sourceOf(place.value as Expression);
      const { expression } = parseExpression('edit', source);
      if (!expression) throw new Error(`not an expression: ${source}`);
      const path = pathIn(place);
      for (const edit of [
        { kind: 'set', path, value: expression } as const,
        { kind: 'replace', path, by: { kind: 'expression', value: expression, span: expression.span } } as const,
      ]) {
        // The count of a `repeat` is set; what replaces it replaces the link.
        if (edit.kind === 'replace' && place.what === 'a `repeat`') continue;
        expect(withoutPlaces(edited(edit)) === same, pathOf(place)).toBe(true);
      }
    }
  });

  test('inserting nothing changes nothing', () => {
    const content = { kind: 'statements', statements: [], span: { file: 'edit', start: 0, end: 0 } } as const;
    for (const place of places) {
      if (place.node && place.list && place.list !== 'a file')
        expect(edited({ kind: 'insert', where: 'after', path: pathIn(place), content } as Omit<Edit, 'span'>)).toBe(file);
    }
  });

  test('a new name changes nothing but the name', () => {
    const base = withoutPlaces(irOf(text));
    const renamed = places.filter((place) => place.rename);
    expect(renamed.length).toBeGreaterThan(20);
    for (const place of renamed) {
      const { ir, diagnostics } = variantOf(text, `rename ${pathOf(place)} to anew`);
      expect(
        diagnostics.map(({ message }) => message),
        pathOf(place),
      ).toEqual([]);
      expect(withoutPlaces(ir).replaceAll('anew', place.name), pathOf(place)).toBe(base.replaceAll('anew', place.name));
    }
  });

  test('any two edits give a result or diagnostics whose places lie in the sources', () => {
    const anyPlace = fc.nat({ max: places.length - 1 }).map((i) => pathOf(places[i] as Place));
    const anyEdit = fc
      .tuple(
        anyPlace,
        fc.constantFrom(
          'set PATH = 3',
          'set PATH = [1, 2]',
          'replace PATH by low',
          'replace PATH by { a = 1 }',
          'replace PATH by { low, 2 }',
          'replace PATH by { |> relu |> conv(3) as made }',
          'remove PATH',
          'insert before PATH { let a = 2 }',
          'insert after PATH { low }',
          'insert after PATH { |> relu }',
          'insert after PATH { log made = 1 }',
          'insert before PATH { made: int = 3, more: float = 0.5 }',
          'rename PATH to low',
          'replace block MFN by conv(width)',
        ),
      )
      .map(([path, edit]) => edit.replace('PATH', path));
    fc.assert(
      fc.property(anyEdit, anyEdit, (first, second) => {
        const { ir, diagnostics, sources } = variantOf(text, `${first}\n${second}`);
        if (!ir) expect(diagnostics.some(({ severity }) => severity === 'error')).toBe(true);
        for (const { span, related } of diagnostics) {
          for (const each of [span, ...related.map((place) => place.span)])
            expect(each.start >= 0 && each.start <= each.end && each.end <= (sources.get(each.file)?.length ?? -1)).toBe(true);
        }
      }),
      { numRuns: 60 },
    );
  });
});
