import { print } from '../cli/print.js';

export const run = (): void => print('run');
