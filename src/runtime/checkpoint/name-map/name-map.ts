import { Ajv } from 'ajv';
import { didYouMean } from '../../../compiler/diagnostics/did-you-mean.js';
import { inputFailure, readText } from '../../files/index.js';
import { parseYAML } from '../../files/yaml.js';
import { isLayoutName, type LayoutName, layoutNames, layouts } from './layouts.js';
import { type Pattern, parsePattern, templateProblem } from './pattern.js';

/** `e_conv{n}.weight: net.f[{n}].kernel from OIHW` */
export interface MapEntry {
  readonly pattern: Pattern;
  /** Path of the weight, with placeholders. */
  readonly path: string;
  readonly layout: LayoutName | undefined;
}

/**
 * Which tensor of a foreign file is which weight of a model. A file of YAML with up to three keys: `tensors` leads names to paths and says in which
 * layout the values are; `aliases` names tensors that are others again; `ignore` lists those that the network does not need.
 */
export interface NameMap {
  readonly path: string;
  readonly tensors: readonly MapEntry[];
  readonly aliases: readonly { readonly pattern: Pattern; readonly original: string }[];
  readonly ignored: readonly Pattern[];
}

const largestMap = 2 ** 20;
const keys = ['tensors', 'aliases', 'ignore'] as const;

interface Content {
  readonly tensors: Readonly<Record<string, string>>;
  readonly aliases?: Readonly<Record<string, string>>;
  readonly ignore?: readonly string[];
}

const texts = { type: 'object', additionalProperties: { type: 'string', minLength: 1 } } as const;
const matchesSchema = new Ajv({ allErrors: true, allowUnionTypes: true }).compile<Content>({
  type: 'object',
  additionalProperties: false,
  required: ['tensors'],
  properties: {
    tensors: { ...texts, minProperties: 1 },
    aliases: texts,
    ignore: { type: 'array', items: { type: 'string', minLength: 1 } },
  },
});

/** Reads a name map. @throws RuntimeFailure that names the entries that are wrong. */
export async function readNameMap(path: string): Promise<NameMap> {
  const content = parseYAML(path, await readText(path, largestMap)).content();
  if (!matchesSchema(content)) throw inputFailure([`${path}: is no usable name map:`, ...schemaProblems(), example].join('\n'));
  const problems: string[] = [];
  const patternOf = (text: string): Pattern[] => {
    const pattern = parsePattern(text);
    if (typeof pattern !== 'string') return [pattern];
    problems.push(`\`${text}\`: ${pattern}`);
    return [];
  };
  const tensors = Object.entries(content.tensors).flatMap(([name, target]) =>
    patternOf(name).flatMap((pattern) => {
      const entry = entryOf(pattern, target);
      if (typeof entry !== 'string') return [entry];
      problems.push(`\`${name}: ${target}\`: ${entry}`);
      return [];
    }),
  );
  const aliases = Object.entries(content.aliases ?? {}).flatMap(([name, original]) => {
    const problem = templateProblem(original, name);
    if (problem !== undefined) problems.push(`\`${name}: ${original}\`: ${problem}`);
    return patternOf(name).map((pattern) => ({ pattern, original }));
  });
  const ignored = (content.ignore ?? []).flatMap(patternOf);
  if (problems.length > 0) throw inputFailure([`${path}: is no usable name map:`, ...problems.map((text) => `  ${text}.`)].join('\n'));
  return { path, tensors, aliases, ignored };
}

const example = 'A name map says `tensors:`, and below it for example `conv{n}.weight: net.conv[{n}].kernel from OIHW`.';

function entryOf(pattern: Pattern, target: string): MapEntry | string {
  const [path = '', from, layout, ...rest] = target
    .trim()
    .replace(/\{[^{}]*\}/g, (held) => held.replaceAll(' ', ''))
    .split(/\s+/);
  if (rest.length > 0 || (from !== undefined && (from !== 'from' || layout === undefined)))
    return `write a path, and behind it \`from\` with a layout: ${layoutNames.join(', ')}`;
  const problem = templateProblem(path, pattern.text);
  if (problem !== undefined) return problem;
  if (layout === undefined) return { pattern, path, layout };
  if (isLayoutName(layout)) return { pattern, path, layout };
  const [nearest] = didYouMean(layout, layoutNames);
  const known = layoutNames.map((name) => `${name} (${layouts[name].description})`).join('; ');
  return `there is no layout ${layout}${nearest === undefined ? '' : `; did you mean ${nearest}?`} Known are ${known}`;
}

function schemaProblems(): string[] {
  return (matchesSchema.errors ?? []).map(({ instancePath, keyword, params, message }) => {
    const place = instancePath.slice(1).replaceAll('/', '.').replaceAll('~1', '/') || 'the file';
    if (keyword === 'additionalProperties') {
      const [nearest] = didYouMean(params.additionalProperty, keys);
      return `  ${place} has the unknown key \`${params.additionalProperty}\`. ${nearest === undefined ? `Known are ${keys.join(', ')}.` : `Did you mean \`${nearest}\`?`}`;
    }
    if (keyword === 'required') return `  it has no \`${params.missingProperty}:\`.`;
    return `  ${place} ${message}.`;
  });
}
