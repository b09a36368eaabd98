export type * from './diagram.js';
export { diagramToSVG } from './svg.js';
