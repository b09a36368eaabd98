import { type Dimension, isDimensionText, type Shape } from '../../ir/dimension.js';
import type { AttributeKind, AttributeSpecification, Attributes, AttributeValue, ShapeProblem } from '../op.js';
import type { Padding } from './padding.js';

/** Typed reading of attributes that `completeAttributes` has checked. A wrong kind gives a neutral value, never an exception. */
export const number = (attributes: Attributes, name: string): number => {
  const value = attributes[name];
  return typeof value === 'number' ? value : Number.NaN;
};

export const flag = (attributes: Attributes, name: string): boolean => attributes[name] === true;

export const word = (attributes: Attributes, name: string): string => {
  const value = attributes[name];
  return typeof value === 'string' ? value : '';
};

export const dimensions = (attributes: Attributes, name: string): Shape => {
  const value = attributes[name];
  return Array.isArray(value) ? value.filter((item) => typeof item === 'number' || typeof item === 'string') : [];
};

export const integers = (attributes: Attributes, name: string): readonly number[] =>
  dimensions(attributes, name).filter((item) => typeof item === 'number');

/** `[[before, after], ...]` for each axis. */
export const pairs = (attributes: Attributes, name: string): readonly (readonly [Dimension, Dimension])[] => {
  const value = attributes[name];
  if (!Array.isArray(value)) return [];
  return value.map((item): [Dimension, Dimension] => (Array.isArray(item) ? [item[0] ?? 0, item[1] ?? 0] : [0, 0]));
};

export const padding = (attributes: Attributes): Padding => {
  const value = attributes.padding;
  if (value === 'same' || value === 'valid') return value;
  const [top = 0, bottom = 0, left = 0, right = 0] = integers(attributes, 'padding');
  return [top, bottom, left, right];
};

const isDimension = (value: unknown): boolean =>
  typeof value === 'number' ? Number.isInteger(value) : typeof value === 'string' && isDimensionText(value);

const isDimensionList = (value: unknown): boolean => Array.isArray(value) && value.every(isDimension);

const kindName = (kind: AttributeKind): string => {
  if (typeof kind === 'object') return `one of ${kind.oneOf.map((choice) => `"${choice}"`).join(', ')}`;
  return {
    int: 'an integer',
    float: 'a number',
    bool: 'true or false',
    ints: 'a list of integers',
    dimensions: 'a list of dimensions',
    padding: '"same", "valid" or [top, bottom, left, right]',
    paddings: 'a list of [before, after], one for each axis',
  }[kind];
};

/** The words that an attribute may be, where it takes words. */
export const wordsOf = (kind: AttributeKind): readonly string[] =>
  typeof kind === 'object' ? kind.oneOf : kind === 'padding' ? ['same', 'valid'] : [];

const fits = (value: AttributeValue, kind: AttributeKind): boolean => {
  if (typeof kind === 'object') return typeof value === 'string' && kind.oneOf.includes(value);
  switch (kind) {
    case 'int':
      return typeof value === 'number' && Number.isInteger(value);
    case 'float':
      return typeof value === 'number' && !Number.isNaN(value);
    case 'bool':
      return typeof value === 'boolean';
    case 'ints':
      return Array.isArray(value) && value.every((item) => Number.isInteger(item));
    case 'dimensions':
      return isDimensionList(value);
    case 'padding':
      return (
        value === 'same' ||
        value === 'valid' ||
        (Array.isArray(value) && value.length === 4 && value.every((item) => Number.isInteger(item) && Number(item) >= 0))
      );
    case 'paddings':
      return Array.isArray(value) && value.every((item) => isDimensionList(item) && Array.isArray(item) && item.length === 2);
  }
};

/** Attributes with defaults filled in, in the order of the specification, or what is wrong with them: missing, unknown, of another kind. */
export const completeAttributes = (
  name: string,
  specifications: readonly AttributeSpecification[],
  given: Attributes,
): Attributes | ShapeProblem => {
  const known = specifications.map((specification) => specification.name);
  const unknown = Object.keys(given).find((attribute) => !known.includes(attribute));
  if (unknown !== undefined) {
    const has = known.length === 0 ? 'it has none' : `it has ${known.join(', ')}`;
    return { problem: `${name} has no attribute '${unknown}'; ${has}`, inputs: [] };
  }
  const complete: Record<string, AttributeValue> = {};
  for (const specification of specifications) {
    const value = given[specification.name] ?? specification.default;
    if (value === undefined) return { problem: `${name} needs the attribute '${specification.name}'`, inputs: [] };
    if (!fits(value, specification.kind)) {
      const found = JSON.stringify(value);
      return { problem: `the attribute '${specification.name}' of ${name} is ${kindName(specification.kind)}, found ${found}`, inputs: [] };
    }
    complete[specification.name] = value;
  }
  return complete;
};
