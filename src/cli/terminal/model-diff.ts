import type { BlockDiff, InterfaceDiff, ModelDiff, ModelFacts, NamedChange, PortFacts, WeightFacts } from '../../compiler/diff/index.js';
import type { ParameterValue } from '../../compiler/ir/ir.js';
import type { Colors } from './colors.js';
import { formatInstanceDiffs } from './instance-diffs.js';
import { formatTable } from './table.js';
import { formatTrainingDiff } from './training-diff.js';

/** The difference of two models for people. Lines begin with what is so: `-` only in A, `+` only in B, `~` in both and different. */
export function formatModelDiff(diff: ModelDiff, colors: Colors): string {
  const sections = [formatSides(diff)];
  if (diff.equal) return `${sections[0]}\nno structural difference\n`;
  const add = (title: string, body: string): void => {
    if (body !== '') sections.push(`${colors.bold(title)}\n${body}`);
  };
  add('model', formatInterface(diff.model, colors));
  const size = `${diff.size.height}x${diff.size.width}`;
  add(`blocks, on one picture of ${size} (height x width)`, formatInstanceDiffs(diff.instances, colors));
  add('what changed in them', diff.blocks.map((block) => formatBlock(block, colors)).join(''));
  add('weights', formatWeights(diff, colors));
  add('training', diff.training === null ? '' : formatTrainingDiff(diff.training, colors));
  return sections.join('\n');
}

function formatSides({ a, b }: ModelDiff): string {
  const cells = (name: string, { label, model, parameters, macs, flops }: ModelFacts) => [
    name,
    label,
    model,
    parameters.toLocaleString('en-US'),
    giga(macs),
    giga(flops),
  ];
  const changes = [change(a.parameters, b.parameters), change(a.macs, b.macs), change(a.flops, b.flops)];
  const right = ['parameters', 'GMACs', 'GFLOPs'].map((title) => ({ title, align: 'right' as const }));
  const rows = [cells('A', a), cells('B', b)];
  return formatTable(
    [{ title: '' }, { title: 'file' }, { title: 'model' }, ...right],
    changes.every((text) => text === '') ? rows : [...rows, 'rule', ['', 'B / A', '', ...changes]],
  );
}

/** 'x 0.319', '' where nothing changed. */
function change(a: number, b: number): string {
  if (a === b) return '';
  return a === 0 ? 'new' : `x ${(b / a).toFixed(3)}`;
}

export function giga(count: number): string {
  return (count / 1e9).toFixed(3);
}

function formatInterface({ name, parameters, inputs, outputs, constraints }: InterfaceDiff, colors: Colors): string {
  return [
    ...(name === null ? [] : [changedLine('name', { name: '', ...name }, String, colors)]),
    ...parameters.map((entry) => changedLine(`parameter ${entry.name}`, entry, parameterText, colors)),
    ...inputs.map((entry) => changedLine(`in ${entry.name}`, entry, portText, colors)),
    ...outputs.map((entry) => changedLine(`out ${entry.name}`, entry, portText, colors)),
    ...constraints.map((entry) => changedLine(`${entry.name} divisible by`, entry, String, colors)),
  ].join('');
}

/** `~ batch: 16 → 8`, `- name: a`, `+ name: b`, indented and ending in a newline. */
export function changedLine<T>(
  name: string,
  { a, b }: NamedChange<T>,
  textOf: (value: T) => string,
  colors: Colors,
  indent = '  ',
): string {
  const [left, right] = [a === null ? '' : textOf(a), b === null ? '' : textOf(b)];
  if (a === null) return `${colors.green(`${indent}+ ${name}: ${right}`)}\n`;
  if (b === null) return `${colors.red(`${indent}- ${name}: ${left}`)}\n`;
  if (left.length + right.length <= longestLine) return `${colors.yellow(`${indent}~ ${name}: ${left} → ${right}`)}\n`;
  const inner = `${indent}    `;
  const lines = [colors.yellow(`${indent}~ ${name}:`), colors.red(`${inner}- ${left}`), colors.green(`${inner}+ ${right}`)];
  return `${lines.join('\n')}\n`;
}

/** Characters of both sides that share a line. */
const longestLine = 90;

export function parameterText(value: ParameterValue): string {
  if (Array.isArray(value)) return `[${value.map(parameterText).join(', ')}]`;
  return typeof value === 'string' ? JSON.stringify(value) : String(value);
}

function portText({ shape, range }: PortFacts): string {
  return range === null ? shape : `${shape} in [${range.join(', ')}]`;
}

function weightText({ shape, initializer }: WeightFacts): string {
  return `[${shape.join(', ')}] = ${initializer}`;
}

function formatBlock({ block, instances, parameters, inputs, outputs, weights, values }: BlockDiff, colors: Colors): string {
  const paths = instances.map(({ a, b }) => (a === b ? a : `${a} → ${b}`));
  const name = block.a === block.b ? block.b : `${block.a} → ${block.b}`;
  const shown = paths.length > 4 ? [...paths.slice(0, 3), `${paths.length - 3} more`] : paths;
  // Values that only one side has are those of the instances above, or are seen in what uses them.
  const isInBoth = ({ a, b }: NamedChange<unknown>): boolean => a !== null && b !== null;
  const lines = [
    ...parameters.map((entry) => changedLine(`parameter ${entry.name}`, entry, parameterText, colors, '    ')),
    ...inputs.map((entry) => changedLine(`in ${entry.name}`, entry, portText, colors, '    ')),
    ...outputs.map((entry) => changedLine(`out ${entry.name}`, entry, portText, colors, '    ')),
    ...weights.map((entry) => changedLine(`weight ${entry.name}`, entry, weightText, colors, '    ')),
    ...values.filter(isInBoth).map((entry) => changedLine(entry.name, entry, (text) => text, colors, '    ')),
  ];
  const where = paths.join('') === '' ? 'the model' : shown.join(', ');
  return `  ${name}: ${where}\n${lines.join('')}`;
}

function formatWeights({ weights: { kept, reshaped, removed, added } }: ModelDiff, colors: Colors): string {
  if (reshaped + removed + added === 0) return '';
  const parts = [
    `  ${kept} tensors of the same name and shape`,
    ...(reshaped > 0 ? [colors.yellow(`${reshaped} of another shape`)] : []),
    ...(removed > 0 ? [colors.red(`${removed} only in A`)] : []),
    ...(added > 0 ? [colors.green(`${added} only in B`)] : []),
  ];
  return `${parts.join(', ')}\n`;
}
