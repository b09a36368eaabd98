export { GraphCache, graphKey } from './graph-cache.js';
export { cacheFolder, cacheVariable } from './location.js';
