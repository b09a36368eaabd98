import { print } from '../cli/print.js';

export const run = (): boolean => print('run');
