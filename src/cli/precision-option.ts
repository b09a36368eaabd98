import { Option } from 'commander';
import { elementTypes } from '../compiler/ir/element-type.js';

/** `--precision`, the same for all commands that have it. @param more said after its meaning. */
export function precisionOption(more = ''): Option {
  return new Option('--precision <type>', `type in which convolutions are computed${more}`).choices(elementTypes);
}
