import type { ParameterValue } from '../ir/ir.js';
import { type AttributeValue, isSourceOpName, sourceOpDefinition } from '../ops/index.js';

/** `[2, 3, 4]`, `"same"`, `0.5` */
export const parameterText = (value: ParameterValue): string =>
  Array.isArray(value) ? `[${value.map(parameterText).join(', ')}]` : typeof value === 'string' ? JSON.stringify(value) : String(value);

/** Dimensions are written as they are, other texts in quotes. */
const attributeText = (value: AttributeValue, hasDimensions: boolean): string => {
  if (Array.isArray(value)) return `[${value.map((element) => attributeText(element, hasDimensions)).join(', ')}]`;
  return typeof value === 'string' && !hasDimensions ? JSON.stringify(value) : String(value);
};

const longestConstant = 8;

export const constantText = (values: readonly number[], shape: readonly number[]): string => {
  if (shape.length === 0) return String(values[0]);
  return shape.length === 1 && values.length <= longestConstant ? `[${values.join(', ')}]` : `constant ${shape.join('x')}`;
};

/** The attributes of an operator that are not its defaults: `alpha: 0.1`. */
export const toldAttributes = (op: string, attributes: Readonly<Record<string, AttributeValue>>): string[] => {
  const specifications = new Map(
    (isSourceOpName(op) ? sourceOpDefinition(op).attributes : []).map((attribute) => [attribute.name, attribute]),
  );
  return Object.entries(attributes).flatMap(([name, value]) => {
    const specification = specifications.get(name);
    if (JSON.stringify(value) === JSON.stringify(specification?.default)) return [];
    return [`${name}: ${attributeText(value, specification?.kind === 'dimensions')}`];
  });
};
