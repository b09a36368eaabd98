export { applyNameMap } from './apply-name-map.js';
export { type NameMap, readNameMap } from './name-map.js';
