import { lower } from '../3-lower/lower.js';

export const op = lower;
