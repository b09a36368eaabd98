import { lower } from '../3-lower/lower.js';

export const parse = (): string => lower();
