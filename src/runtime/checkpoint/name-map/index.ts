export { applyNameMap } from './apply-name-map.js';
export { mapBeside } from './map-beside.js';
export { type NameMap, readNameMap } from './name-map.js';
