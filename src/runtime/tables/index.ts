export { csvLine } from './csv.js';
export { markdownTable } from './markdown.js';
