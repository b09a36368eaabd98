import { find } from './find.js';

export const open = find;
