import type { GivenArgument } from './calls.js';

const names: Readonly<Record<string, string>> = {
  glorot_uniform: 'glorotUniform',
  he_normal: 'heNormal',
  kaiming_uniform: 'kaimingUniform',
  normal: 'normalDistribution',
  truncated_normal: 'truncatedNormal',
};

const optionNames: Readonly<Record<string, string>> = { gain: 'gain', fan_in: 'fanIn', fan_out: 'fanOut' };

/** Name of an initializer in the generated weights.ts. */
export const camelInitializer = (name: string): string => names[name] ?? name;

/** `{ gain, fanIn: size * size }`, or the one value of `normal` and `constant`. */
export function initializerOptions(name: string, given: readonly GivenArgument[]): string {
  if (name === 'normal' || name === 'truncated_normal' || name === 'constant') return given[0]?.code.text ?? '';
  const order = Object.keys(optionNames);
  const options = given.flatMap(({ name: parameter, code }, i) => {
    const option = optionNames[parameter?.text ?? order[i] ?? ''] ?? '';
    if (option === 'gain' && code.text === '1') return [];
    return [option === code.text ? option : `${option}: ${code.text}`];
  });
  return options.length === 0 ? '' : `{ ${options.join(', ')} }`;
}
