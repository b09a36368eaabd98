import { run } from '../runtime/run.js';

export const compile = run;
