import { run } from '../run.js';

export const tiles = run;
