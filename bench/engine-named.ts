import { type EngineChoice, engineChoices } from '../src/runtime/engines/index.js';

/** @throws RangeError when there is no engine of this name. */
export function engineNamed(name: string): EngineChoice {
  const choice = engineChoices.find((candidate) => candidate === name);
  if (choice === undefined) throw new RangeError(`there is no engine '${name}'; the engines are ${engineChoices.join(', ')}`);
  return choice;
}
