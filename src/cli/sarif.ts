import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { type Explanation, explanations } from '../compiler/diagnostics/explanations.js';
import { type Diagnostic, LineIndex, type Span } from '../compiler/diagnostics/index.js';
import { mfncVersion } from '../runtime/files/index.js';

/**
 * Diagnostics as a log of SARIF 2.1.0 (Static Analysis Results Interchange Format), which continuous integration shows beside the sources. The rules are the
 * codes that occur, each with its page. Paths below the working folder are relative to it, as those tools want them.
 */
export function toSarif(diagnostics: readonly Diagnostic[], sources: ReadonlyMap<string, string>) {
  const codes = [...new Set(diagnostics.map(({ code }) => code))].sort();
  const locate = locator(sources);
  return {
    $schema: 'https://json.schemastore.org/sarif-2.1.0.json',
    version: '2.1.0',
    runs: [
      {
        tool: {
          driver: {
            name: 'mfnc',
            version: mfncVersion,
            semanticVersion: mfncVersion,
            rules: explanations.filter(({ code }) => codes.includes(code)).map(ruleOf),
          },
        },
        invocations: [{ executionSuccessful: true }],
        columnKind: 'utf16CodeUnits',
        originalUriBaseIds: { [workingFolder]: { uri: `${pathToFileURL(process.cwd()).href}/` } },
        results: diagnostics.map((diagnostic) => resultOf(diagnostic, codes.indexOf(diagnostic.code), locate)),
      },
    ],
  };
}

const workingFolder = 'WORKING_FOLDER';

function ruleOf({ code, name, severity, title, explanation, wrong, right }: Explanation) {
  const language = (kind: string): string => (kind === 'command' ? 'sh' : 'mfn');
  const fence = ({ kind, text }: Explanation['wrong']): string => `\`\`\`${language(kind)}\n${text}\`\`\``;
  return {
    id: code,
    name: name[0]?.toUpperCase() + name.slice(1),
    shortDescription: { text: title },
    fullDescription: { text: explanation },
    help: {
      text: `${explanation}\n\nWrong:\n\n${wrong.text}\nMended:\n\n${right.text}`,
      markdown: `${explanation}\n\nWrong:\n\n${fence(wrong)}\n\nMended:\n\n${fence(right)}\n`,
    },
    defaultConfiguration: { level: severity },
  };
}

function resultOf({ code, severity, message, span, related, values = [], hint, fix }: Diagnostic, ruleIndex: number, locate: Locator) {
  const others = [...related, ...values.map(({ span: place, text }) => ({ span: place, message: text }))];
  return {
    ruleId: code,
    ruleIndex,
    level: severity,
    message: { text: hint === undefined ? message : `${message}\n${hint}` },
    locations: [locate(span)],
    ...(others.length > 0 && {
      relatedLocations: others.map((place, i) => ({ id: i + 1, ...locate(place.span), message: { text: place.message } })),
    }),
    ...(fix && {
      fixes: [
        {
          description: { text: fix.title },
          artifactChanges: [...new Set(fix.edits.map((edit) => edit.span.file))].map((file) => ({
            artifactLocation: artifactOf(file),
            replacements: fix.edits
              .filter((edit) => edit.span.file === file)
              .map((edit) => ({ deletedRegion: locate(edit.span).physicalLocation.region, insertedContent: { text: edit.text } })),
          })),
        },
      ],
    }),
  };
}

type Locator = ReturnType<typeof locator>;

/** Gives spans the shape of a location: lines and columns counted from 1, the end excluded. */
function locator(sources: ReadonlyMap<string, string>) {
  const indexes = new Map<string, LineIndex>();
  return ({ file, start, end }: Span) => {
    const index = indexes.get(file) ?? new LineIndex(sources.get(file) ?? '');
    indexes.set(file, index);
    const [from, to] = [index.positionOf(start), index.positionOf(end)];
    const region = { startLine: from.line, startColumn: from.column, endLine: to.line, endColumn: to.column };
    return { physicalLocation: { artifactLocation: artifactOf(file), region } };
  };
}

function artifactOf(file: string): { readonly uri: string; readonly uriBaseId?: string } {
  if (file.startsWith('std/')) return { uri: `mfnc:${file}` };
  const relative = path.relative(process.cwd(), path.resolve(file));
  if (relative.startsWith('..') || path.isAbsolute(relative)) return { uri: pathToFileURL(path.resolve(file)).href };
  return { uri: relative.split(path.sep).map(encodeURIComponent).join('/'), uriBaseId: workingFolder };
}
