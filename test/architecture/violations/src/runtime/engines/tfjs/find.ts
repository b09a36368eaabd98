import { existsSync } from 'node:fs';

export const find = existsSync;
