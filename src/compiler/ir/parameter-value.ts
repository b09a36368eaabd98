import type { ParameterValue } from './ir.js';

/** Whether a value from outside (YAML, JSON) can be that of a parameter or a setting: a number, true, false, a text, or a list of these. */
export function isParameterValue(value: unknown): value is ParameterValue {
  return Array.isArray(value) ? value.every(isParameterValue) : ['number', 'string', 'boolean'].includes(typeof value);
}
